"""A small bot's catalogs, as people write them, for the tests of this folder."""

from pathlib import Path

HEADER = (
    'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {plural}\\n"\n'
)
ENGLISH_HEADER = HEADER.format(language="en", plural="nplurals=2; plural=(n != 1);")
CHINESE_HEADER = HEADER.format(language="zh_Hans", plural="nplurals=1; plural=0;")
ARABIC_HEADER = HEADER.format(
    language="ar",
    plural="nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5);",
)

ENGLISH = f"""{ENGLISH_HEADER}
# Shown on every page.
msgctxt "nav.back"
msgid "<b>Back</b> & forth"
msgstr ""

#. {{name}} is what the patient calls herself.
msgctxt "greet.name"
msgid "Hello, {{name}}."
msgstr "Hello, {{name}}."

msgctxt "sent.number"
msgid "Your number is <code>{{ref}}</code>, <a href=\\"{{url}}\\">see it</a>."
msgstr ""

msgctxt "left.questions"
msgid "One question is left for {{name}}."
msgid_plural "{{n}} questions are left for {{name}}."
msgstr[0] ""
msgstr[1] ""

msgctxt "button.menu"
msgid "Menu & more"
msgstr ""

msgctxt "button.only-name"
msgid "{{name}}"
msgstr ""

msgctxt "toast.saved"
msgid "Saved.\\nThank you."
msgstr ""

msgctxt "cost.range"
msgid "From {{low}} to {{high}} ({{share}})."
msgstr ""
"""

CHINESE = f"""{CHINESE_HEADER}
msgctxt "nav.back"
msgid "<b>Back</b> & forth"
msgstr "<b>返回</b>"

msgctxt "greet.name"
msgid "Hello, {{name}}."
msgstr "{{name}}，您好。"

msgctxt "sent.number"
msgid "Your number is <code>{{ref}}</code>, <a href=\\"{{url}}\\">see it</a>."
msgstr "您的编号是<code>{{ref}}</code>，<a href=\\"{{url}}\\">查看</a>。"

msgctxt "left.questions"
msgid "One question is left for {{name}}."
msgid_plural "{{n}} questions are left for {{name}}."
msgstr[0] "{{name}}还有{{n}}个问题。"

msgctxt "button.menu"
msgid "Menu & more"
msgstr "菜单"

msgctxt "button.only-name"
msgid "{{name}}"
msgstr "{{name}}"

msgctxt "toast.saved"
msgid "Saved.\\nThank you."
msgstr "已保存。\\n谢谢。"

msgctxt "cost.range"
msgid "From {{low}} to {{high}} ({{share}})."
msgstr "{{low}}至{{high}}（{{share}}）。"
"""

ARABIC = f"""{ARABIC_HEADER}
msgctxt "nav.back"
msgid "<b>Back</b> & forth"
msgstr "<b>رجوع</b>"

msgctxt "greet.name"
msgid "Hello, {{name}}."
msgstr "مرحبا {{name}}."

msgctxt "sent.number"
msgid "Your number is <code>{{ref}}</code>, <a href=\\"{{url}}\\">see it</a>."
msgstr "رقمك <code>{{ref}}</code>، <a href=\\"{{url}}\\">انظر</a>."

msgctxt "button.only-name"
msgid "{{name}}"
msgstr "{{name}}"

msgctxt "left.questions"
msgid "One question is left for {{name}}."
msgid_plural "{{n}} questions are left for {{name}}."
msgstr[0] "لا أسئلة لـ {{name}}."
msgstr[1] "سؤال واحد لـ {{name}}."
msgstr[2] "سؤالان لـ {{name}}."
msgstr[3] "{{n}} أسئلة لـ {{name}}."
msgstr[4] "{{n}} سؤالا لـ {{name}}."
msgstr[5] "{{n}} سؤال لـ {{name}}."
"""


def write(root: Path, **catalogs: str) -> Path:
    """`locales/` below `root` with a messages.po for each language; returns the folder."""
    locales = root / "locales"
    for code, content in catalogs.items():
        path = locales / code / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return locales


def entry(id: str, english: str, translation: str, comment: str = "") -> str:
    """One entry as it stands in a file; `translation` is put between the quotes as it is."""
    return (
        f'\n{comment}msgctxt "{id}"\nmsgid "{english}"\nmsgstr "{translation}"\n'  # as people type
    )
