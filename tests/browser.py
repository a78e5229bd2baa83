"""A real browser for tests of the sandbox's page."""

import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser:
    """Chromium, looking at the page; every wait ends in a clear failure."""

    def __init__(self, folder: Path) -> None:
        options = webdriver.ChromeOptions()
        for flag in (*QUIET, f"--user-data-dir={folder}"):
            options.add_argument(flag)
        options.binary_location = str(CHROMIUM)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))

    def size(self, width: int, height: int) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700},
        )

    def visible(self, selector: str, words: str = "") -> WebElement:
        """The last visible element that matches and holds the words; waits for it."""

        def look(driver: webdriver.Chrome) -> WebElement | None:
            found = driver.find_elements(By.CSS_SELECTOR, selector)
            return next(
                (one for one in reversed(found) if one.is_displayed() and words in one.text), None
            )

        wait = WebDriverWait(self.driver, 15, ignored_exceptions=[Exception])
        return wait.until(look, f"{selector} with “{words}”")  # type: ignore[return-value]  # the wait ends with an element or an error

    def all(self, selector: str) -> list[WebElement]:
        """Everything visible that matches, in the page's order, now."""
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [one for one in found if one.is_displayed()]

    def press(self, selector: str, words: str = "") -> None:
        """Clicks what says just these words, else what holds them (“同意” stands in “不同意”, too);
        again if the page was redrawn under the finger."""
        for _ in range(5):
            try:
                element = self.visible(selector, words)
                named = [one for one in self.all(selector) if one.text == words]
                element = named[-1] if named else element
                self.driver.execute_script(
                    "arguments[0].scrollIntoView({block: 'center'})", element
                )
                element.click()
            except Exception as error:
                last = error
            else:
                return
        raise last

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(
            self.driver.execute_script(
                "return document.documentElement.scrollWidth - window.innerWidth"
            )
        )

    def nameless(self) -> list[str]:
        """What can be used and has no name that a screen reader could say."""
        usable = self.all("button, a[href], input, select, textarea")
        return [one.get_attribute("outerHTML") or "" for one in usable if not one.accessible_name]

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page."""
        log = self.driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium's own gap
        return [str(one) for one in log if one["level"] == "SEVERE"]

    def gone(self, selector: str, words: str = "") -> None:
        """Waits until nothing visible matches and holds the words."""

        def look(driver: webdriver.Chrome) -> bool:
            found = driver.find_elements(By.CSS_SELECTOR, selector)
            return not any(one.is_displayed() and words in one.text for one in found)

        wait = WebDriverWait(self.driver, 15, ignored_exceptions=[Exception])
        wait.until(look, f"no {selector} with “{words}”")

    def types(self, selector: str, text: str) -> None:
        """Writes into a field, and Enter."""
        field = self.visible(selector)
        field.clear()
        field.send_keys(text, "\n")

    def chooses(self, selector: str, words: str) -> None:
        """The option of a select that holds the words."""
        select = Select(self.visible(selector))
        option = next(one for one in select.options if words in one.text)
        select.select_by_visible_text(option.text)

    def menu(self, selector: str, words: str, choice: str) -> None:
        """Opens the menu at the message that holds the words, as a pointer does, and chooses."""
        message = self.visible(selector, words)
        ActionChains(self.driver).move_to_element(message).perform()
        more = message.find_element(By.CSS_SELECTOR, "[aria-label=More]")
        ActionChains(self.driver).move_to_element(more).click().perform()
        if choice.startswith("React"):
            self.press(f".menu [aria-label='{choice}']")
        else:
            self.press(".menu .choice", choice)
