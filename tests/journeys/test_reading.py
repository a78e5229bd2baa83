"""A patient reads: in two or three taps, in their own language, in one message."""

from tests.people import Page


async def test_maria_reads_about_costs_in_english_in_two_taps(page: Page) -> None:
    """/start, one tap to the costs, one to help with them; one message, edited in place."""
    maria = await page.patient("Maria", "en")
    await maria.says("/start")
    await maria.sees("CAR-NK therapy: what is known", "not medical advice")
    await maria.taps("Costs")
    await maria.sees("Sources", "Last reviewed: November 22, 2026", "not yet reviewed by a doctor")
    await maria.taps("More")
    await maria.sees("2 of ")
    await maria.taps("Menu")
    await maria.sees("What would you like to know?")
    assert await maria.count() == 1


async def test_wang_fang_reads_in_chinese_and_switches_without_losing_the_place(page: Page) -> None:
    """The switch keeps the page and the screen of it, there and back, and is remembered."""
    wang = await page.patient("王芳", "zh-hans")
    await wang.says("/start")
    await wang.sees("您想了解什么")
    await wang.taps("费用")
    await wang.taps("下一页", await wang.sees("来源", "最近审核：2026年11月22日"))
    await wang.taps("English", await wang.sees("2/"))
    shown = await wang.sees("2 of", "Sources")
    assert "费用" not in shown["text"]
    await wang.says("/menu")
    await wang.sees("What would you like to know?")
    await wang.taps("简体中文")
    await wang.sees("您想了解什么")


async def test_a_reader_of_another_language_chooses_first(page: Page) -> None:
    """A Portuguese client gets the choice, then the page that the link was made for."""
    joao = await page.patient("João", "pt-br")
    await joao.says("/start side-effects")
    await joao.sees("Please choose your language", "请选择您的语言")
    assert await joao.keys() == ["English", "简体中文"]
    await joao.taps("English")
    await joao.sees("Sources", "Last reviewed")
    assert await joao.count() == 1


async def test_a_poster_in_a_waiting_room_opens_its_page_in_its_language(page: Page) -> None:
    """`/start zh-Hans_costs` opens the costs in Chinese, whatever the client speaks."""
    someone = await page.patient("Someone", None)
    await someone.says("/start zh-Hans_costs")
    await someone.sees("来源", "费用")


async def test_commands_lead_to_the_same_places(page: Page) -> None:
    """Everything a command does is also a button; each command shows its screen."""
    maria = await page.patient()
    for command, words in {
        "/menu": "What would you like to know?",
        "/consult": "not open yet",
        "/mycase": "You have no request",
        "/language": "Please choose your language",
        "/privacy": "Privacy, in short",
        "/mydata": "What we keep about you",
        "/emergency": "call your local emergency number",
        "/help": "How to use this bot",
        "/cancel": "nothing to cancel",
        "/nonsense": "do not know this command",
        "/help@car_nk_sandbox_bot": "How to use this bot",
    }.items():
        await maria.says(command)
        await maria.sees(words)


async def test_buttons_of_any_age_and_any_making_lead_somewhere(page: Page) -> None:
    """A tap on an old message still works; forged data leads gently home."""
    maria = await page.patient()
    await maria.says("/start")
    old = await maria.sees("What would you like to know?")
    await maria.says("/help")
    await maria.sees("How to use this bot")
    await maria.taps("How it works", old)
    for _ in range(200):
        first = (await maria.messages())[1]
        if "How" in first["text"] and "Sources" in first["text"]:
            break
    assert "Sources" in first["text"]
    for data in ("v9:en:costs", "v1:en:nowhere", "v1:xx:costs", "💥", "v1:en:costs:99", "a" * 64):
        await maria.forges(data)
        await maria.sees("")
    await maria.forges("v1:en:limits")
    await maria.sees("Sources", "1 of")


async def test_anything_a_person_sends_gets_a_kind_answer(page: Page) -> None:
    """Pictures, files, voices, stickers, places, contacts, polls and films: each is answered."""
    maria = await page.patient()
    for kind, words in {
        "photo": "cannot look at pictures",
        "document": "cannot open documents",
        "voice": "cannot listen to voice messages",
        "video": "cannot watch videos",
        "sticker": "Here are the topics",
        "location": "cannot use a location",
        "contact": "do not keep contact cards",
        "poll": "cannot read this kind of message",
        "animation": "Here are the topics",
    }.items():
        await maria.sends(kind)
        await maria.sees(words)
    said = await maria.says("how long does it take")
    await maria.sees("Thank you for writing")
    await maria.edits(said, "I want to die")
    await maria.sees("What you feel matters")


async def test_what_is_stored_can_be_seen_and_deleted(page: Page) -> None:
    """A country and a language are chosen, shown in /mydata, and gone two taps later."""
    maria = await page.patient()
    await maria.says("/emergency")
    await maria.taps("Canada", await maria.sees("Where are you now?"))
    await maria.sees("911", "988")
    await maria.says("/mydata")
    await maria.taps("Delete everything", await maria.sees("emergency numbers: Canada"))
    await maria.taps("Yes, delete now", await maria.sees("Delete this now?"))
    await maria.sees("are deleted")
    await maria.says("/mydata")
    await maria.sees("emergency numbers: not stored")


async def test_despair_stops_everything_and_an_emergency_stands_above(page: Page) -> None:
    """In any language, at any moment, also under a picture."""
    maria = await page.patient()
    await maria.says("/start")
    await maria.sees("What would you like to know?")
    await maria.says("I don't want to live anymore")
    await maria.sees("What you feel matters", without=("What would you like to know?",))
    await maria.taps("Stop for today")
    await maria.sees("You do not have to carry this alone")
    await maria.sends("photo", "my dad can't breathe and has chest pain")
    await maria.sees("call your local emergency number", "cannot look at pictures")
    await maria.says("I'm confused about the cost")
    await maria.sees("Thank you for writing", without=("emergency department",))
    await maria.says("我爸爸喘不上气，胸痛")
    await maria.sees("急诊")
