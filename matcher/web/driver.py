"""The full-screen program behind a web server."""

from textual import messages
from textual.drivers.web_driver import WebDriver


class HeldDriver(WebDriver):
    """Ends the program when the server is gone, however that ended: nobody could end it any more."""

    def run_input_thread(self) -> None:
        """Reads what the server sends, until its end."""
        super().run_input_thread()
        self._app.post_message(messages.ExitApp())
