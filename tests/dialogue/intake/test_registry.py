"""content/form.yaml: what can be wrong with it, and that each mistake says where and what to do."""

from pathlib import Path

import pytest

from tests.dialogue.intake.forms import CALLED, ENGLISH, REGISTRY, problems, read, shelf

KIND = "options: [one, two], sensitive: health"
"""In the question `kind` of the small form."""


def told(folder: Path, old: str, new: str) -> list[str]:
    """What is told when `old` in the small form is `new`."""
    assert old in REGISTRY
    return problems(shelf(folder, REGISTRY.replace(old, new, 1)))


def test_the_small_form_is_sound(tmp_path: Path) -> None:
    """What the tests below break is whole before."""
    assert problems(shelf(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("countries: [CN, US]", "countries: [CN, ZZ]", "“ZZ” in “countries” is not known"),
        ("countries: [CN, US]", "countries: CN", "“countries” is not a list"),
        ("countries: [CN, US]", "countries: [CN, CN]", "“CN” stands twice"),
        ("countries:", "contries:", "“contries” is not a known entry"),
        ("{CN: [Asia/Shanghai]}", "{QQ: [Asia/Shanghai]}", "There is no country QQ"),
        ("{CN: [Asia/Shanghai]}", "{CN: [Asia/Nowhere]}", "There is no time zone Asia/Nowhere"),
        ("{CN: [Asia/Shanghai]}", "none", "“zones” names no country"),
        ("blocks: [core, more]", "blocks: []", "There is no block"),
        ("blocks: [core, more]", 'blocks: [core, "More!"]', "“More!” cannot be an id"),
        ("questions:", "questionz:", "There are no questions"),
        ("  kind:\n", "  Kind of it:\n", "“Kind of it” cannot be an id"),
        ("  kind:\n", "  a-name-that-is-too-long:\n", "cannot be an id"),
        ("  told:\n", "  files:\n", "“files” cannot be the id of a question"),
        ("kind: choice", "kind: chance", "“kind” is not one of the known words"),
        ("block: more", "block: other", "“block” is not one of the known words"),
        ("need: must", "need: maybe", "“need” is not one of the known words"),
        ("keep: case", "keep: ever", "“keep” is not one of the known words"),
        ("sensitive: personal", "sensitive: very", "“sensitive” is not one of the known words"),
        ("seen-by: [staff]", "seen-by: [all]", "“all” in “seen-by” is not known"),
        ("seen-by: [staff]", "seen-by: []", "It is not said who sees the answer"),
        ("purpose: p", 'purpose: " "', "“purpose” is missing"),
        ("fact: I5", "fact: F5", "“fact” is not a row of the fact sheet"),
        ("text: consent.c1, ", "", "“text” is missing"),
        (KIND, f"text: consent.c9, {KIND}", "Only a consent has its text in the catalogs"),
        (KIND, "options: [one], sensitive: health", "There is nothing to choose from"),
        (KIND, "options: [one, two, sent], sensitive: health", "“sent” means something else"),
        (KIND, "options: [one, TWO], sensitive: health", "“TWO” cannot be an id"),
        (KIND, f"alone: [one], {KIND}", "Only one option is chosen here anyway"),
        (KIND, f"alone: [three], {KIND}", "“three” in “alone” is not known"),
        (KIND, f"hurry: [three], {KIND}", "“three” in “hurry” is not known"),
        (KIND, f"given: [full-moon], {KIND}", "“full-moon” in “given” is not known"),
        (KIND, f"check: name, {KIND}", "A name is a text"),
        (KIND, f"check: age, {KIND}", "The options are not bands of ages"),
        (KIND, f"check: mood, {KIND}", "“check” is not one of the known words"),
        (KIND, f"colour: red, {KIND}", "“colour” is not a known entry"),
        (KIND, f'least: "9", {KIND}', "“least” and “most” do not fit"),
        (KIND, f"ends: no, {KIND}", "“ends” cannot be read"),
        (KIND, f"ends: [no], {KIND}", "“ends” cannot be read"),
        (KIND, f"ends: [{{options: [three], text: a}}], {KIND}", "“three” in “options” is not"),
        (KIND, f"ends: [{{options: [one]}}], {KIND}", "“text” is missing"),
        (KIND, f"says: [{{options: [one], text: a, if: b}}], {KIND}", "“if” is not a known entry"),
        (KIND, f"files: all, {KIND}", "It is not said which files are taken"),
        (
            KIND,
            f'files: {{most: "5", megabytes: "10", endings: [pdf]}}, {KIND}',
            "“files” belongs to the kind files",
        ),
        ("sensitive: no,", "options: [yes, no, perhaps], sensitive: no,", "answered by yes or no"),
        ("sensitive: personal", "options: [a, b], sensitive: personal", "country has no options"),
        ("sensitive: personal", 'most: "9", sensitive: personal', "takes no words of one's own"),
        ('most: "20"', 'most: "2000"', "“least” and “most” do not fit"),
        ('most: "20"', 'most: "many"', "“most” is not a number"),
        (', most: "20"', "", "It is not said how long the answer may be"),
        ("when: {kind: [two]}", "when: {later: [two]}", "“later” is no question with options"),
        ("when: {kind: [two]}", "when: {c1: [yes]}", "“c1” is no question with options"),
        ("when: {kind: [two]}", "when: {kind: [three]}", "“three” in “kind” is not known"),
        ("when: {kind: [two]}", "when: {where: [ZZ]}", "“ZZ” in “where” is not known"),
        ("when: {kind: [two]}", "when: kind", "“when” names no question"),
        ("when: {kind: [two]}", "unless: kind", "“unless” names no question"),
        ("block: core, kind: choice", "block: more, kind: choice", None),
        ("block: more, kind: text", "block: core, kind: text", None),
        ("kind: text", "kind: files", "“files” belongs to the kind files"),
        ("kind: country", "kind: zone", "needs the country to be asked before"),
        ("sensitive: personal", "sensitive: health", "asked before anybody agreed to it"),
        ('kind: text, least: "2", most: "20"', "kind: country", "asks for another country"),
    ],
)
def test_a_mistake_in_the_registry_is_told(
    tmp_path: Path, old: str, new: str, message: str | None
) -> None:
    """Each stops the start with the line and the remedy; what is no mistake passes."""
    found = told(tmp_path, old, new)
    if message is None:
        assert not any("content/form.yaml" in one for one in found)
        return
    assert any(message in one for one in found), found
    for one in found:
        where, _, rest = one.partition(": ")
        assert where.rpartition(":")[2].isdigit()
        assert rest.count(".") >= 1


def test_blocks_stand_in_their_order(tmp_path: Path) -> None:
    """A question of an earlier block behind one of a later block would never be reached."""
    found = told(tmp_path, "block: core, kind: consent", "block: more, kind: consent")
    assert any("stands among the questions of a later block" in one for one in found)


def test_an_empty_question_is_told(tmp_path: Path) -> None:
    """A name without anything below it."""
    found = problems(shelf(tmp_path, REGISTRY + "  nothing: text\n"))
    assert any("“nothing” is empty" in one for one in found)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    """Registry and countries broken: both are in one report."""
    registry = REGISTRY.replace("need: must", "need: maybe")
    found = problems(shelf(tmp_path, registry, called="QQ: [Nowhere]\nDE: Deutschland\n"))
    assert sum("“need” is not one of" in one for one in found) == 4
    assert any("There is no country QQ" in one for one in found)
    assert any("The names of DE are not a list" in one for one in found)


def test_broken_words_and_countries_are_told_together(tmp_path: Path) -> None:
    """English words broken, and a country that does not exist."""
    english = ENGLISH.replace("label: Where, ", "")
    found = problems(shelf(tmp_path, english=english, called="QQ: [Nowhere]\n"))
    assert any("content/en/form.yaml" in one for one in found)
    assert any("content/countries.yaml" in one for one in found)


def test_the_version_is_that_of_the_questions_not_of_their_words(tmp_path: Path) -> None:
    """Another question, another version; another wording, the same. Layout does not count."""
    before = read(shelf(tmp_path / "a")).version
    assert len(before) == 8
    assert int(before, 16) >= 0
    worded = ENGLISH.replace("Where?", "Where to?")
    assert read(shelf(tmp_path / "b", english=worded)).version == before
    laid_out = "# a comment\n" + REGISTRY.replace("countries: [CN, US]", "countries:\n- CN\n- US")
    assert read(shelf(tmp_path / "c", laid_out)).version == before
    other = REGISTRY.replace('most: "20"', 'most: "30"')
    assert read(shelf(tmp_path / "d", other)).version != before


def test_one_more_question_needs_no_code(tmp_path: Path) -> None:
    """A question added to the files alone is asked, worded and kept."""
    registry = REGISTRY + (
        "  pet:\n"
        "    {fact: I21, block: more, kind: choice, options: [cat, dog], need: optional,\n"
        "     purpose: p, keep: case, sensitive: no, seen-by: [staff]}\n"
    )
    english = ENGLISH.replace(
        "blocks:",
        '  pet: {label: Pet, question: "Which pet?", options: {cat: Cat, dog: Dog}}\nblocks:',
    )
    form = read(shelf(tmp_path, registry, english))
    assert [one.id for one in form.asked({"kind": "one"})][-1] == "pet"
    assert form.kept({"kind": "one", "pet": "dog"}) == {"kind": "one", "pet": "dog"}
    assert form.answer("pet", "dog", "en")[0].template == "Dog"


def test_a_city_finds_its_country(tmp_path: Path) -> None:
    """The names of content/countries.yaml and those handed in lead to a country."""
    form = read(shelf(tmp_path, called=CALLED))
    assert form.countries.sure("deutschland") == "DE"
