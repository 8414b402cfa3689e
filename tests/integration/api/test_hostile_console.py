"""A real browser over an api whose park was named by somebody hostile, and which a provider signs into:
nothing of it runs, the policy refuses nothing of ours, and no token stands in an address."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Dialog, expect

from tests.integration.api.conftest import Api, _answers, start_api
from tests.living.browser import Console, open_browser
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.living.oidc_provider import CLIENT, SECRET, living_provider
from tests.living.outcome import eventually
from tests.living.park import Door
from tests.living.port import free_port

PAYLOADS = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg/onload=window.pwned=1>",
    "\"><iframe srcdoc='<script>parent.pwned=1</script>'>",
    "javascript:window.pwned=1//",
    "{{constructor.constructor('window.pwned=1')()}}",
    "${window.pwned=1}",
    "{@html '<img src=x onerror=window.pwned=1>'}",
    "'-window.pwned=1-'",
    "<a href='javascript:window.pwned=1'>罐区</a>",
    "<style>*{display:none}</style>",
    "</title><math><mtext><table><mglyph><style><img src onerror=window.pwned=1>",
]
WATCH = """
window.refused = [];
document.addEventListener('securitypolicyviolation',
  event => window.refused.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
SCREENS = ["", "#/points", "#/sources", "#/interlocks", "#/connections", "#/statistics", "#/setup"]


@dataclass(frozen=True, slots=True)
class Shown:
    """An api with the console, a browser, and what is hostile in its register."""

    url: str
    browser: Browser
    admin: Door
    enterprise: str


@pytest.fixture(scope="module")
def shown(engines: Engines, api: Api) -> Iterator[Shown]:
    code = f"E-{secrets.token_hex(4)}"
    api.admin.register("/enterprises", {"code": code, "name": PAYLOADS[0]})
    for number, payload in enumerate(PAYLOADS):
        tag = payload[:128].strip()
        api.point(code, tag, name=payload, name_en=payload)
        api.engine.raises(9000 + number, code, tag=tag, name=payload, name_en=payload, grade=1)
    with living_provider() as issuer, open_browser() as browser:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        told = {
            "HTTP_PORT": str(port), "CONSOLE_DIR": str(REPOSITORY / "console/dist"),
            "PUBLIC_URL": url, "OUTGOING_NETWORKS": "127.0.0.1/32", "OIDC_ISSUER": issuer,
            "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET, "OIDC_NAME": "园区统一认证",
            "OIDC_ROLES": "shift=operator",
        }  # fmt: skip
        settings = {f"PARKWATCH_{name}": value for name, value in told.items()}
        _, process = start_api(engines, **settings)
        try:
            eventually(lambda: _answers(f"{url}/readyz"), 60.0, "the api is ready")
            yield Shown(url, browser, api.admin, code)
        finally:
            process.terminate()
            process.wait(timeout=10)


def test_s32_names_that_are_markup_are_shown_as_text_and_nothing_runs(
    engines: Engines, shown: Shown
) -> None:
    """S29 too: the policy has nothing to refuse, for nothing inline is ours."""
    console = Console(shown.browser, shown.url)
    console.context.add_init_script(WATCH)
    dialogs: list[str] = []

    def opened(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    console.page.on("dialog", opened)
    console.sign_in("admin", engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"])
    rows = console.page.locator('[data-testid="alarm-row"]').filter(has_text="window.pwned=1")
    expect(rows.first).to_be_visible()
    for screen in SCREENS:
        console.page.goto(f"{shown.url}/{screen}")
        console.page.wait_for_load_state("networkidle")
        assert console.page.evaluate("() => window.pwned ?? null") is None, screen
        assert console.page.evaluate("() => window.refused") == [], screen
        assert console.page.locator("iframe, script:not([src]), math").count() == 0, screen
    assert dialogs == []
    console.close()


ELSEWHERE = """
<form id=form method=post action="{url}/api/v1/users"><input name=username value=evil></form>
<form id=plain method=post enctype="text/plain" action="{url}/api/v1/users">
<input name='{{"username":"evil","password":"evil-evil-evil","role":"admin","x":"' value='"}}'></form>
<iframe name=frame></iframe>
"""
TRIES = """
async url => {
  const told = [];
  const body = JSON.stringify({username: 'evil', password: 'evil-evil-evil', role: 'admin'});
  for (const [mode, headers] of [['no-cors', {'Content-Type': 'text/plain'}],
                                 ['cors', {'Content-Type': 'application/json'}],
                                 ['cors', {'Content-Type': 'text/plain'}]]) {
    try {
      const answer = await fetch(`${url}/api/v1/users`,
                                 {method: 'POST', mode, headers, body, credentials: 'include'});
      told.push(`${answer.type} ${answer.status}`);
    } catch (error) { told.push(error.name); }
  }
  try { new WebSocket(url.replace('http', 'ws') + '/api/v1/live?ticket=x'); } catch (error) {}
  return told;
}
"""


@contextmanager
def page_from_elsewhere(text: str) -> Iterator[str]:
    """The address of a page of another site: the same machine by another name."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_s27_a_page_from_elsewhere_changes_nothing_beside_an_open_console(
    engines: Engines, shown: Shown
) -> None:
    """In the same browser as somebody who is signed in: forms, fetches, another site's frame."""
    console = Console(shown.browser, shown.url)
    console.sign_in("admin", engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"])
    before = shown.admin.ask("/users")
    answers: list[int] = []
    page = console.context.new_page()
    page.on(
        "response",
        lambda got: answers.append(got.status) if got.url.startswith(shown.url) else None,
    )
    with page_from_elsewhere(ELSEWHERE.format(url=shown.url)) as elsewhere:
        for form in ("form", "plain"):
            page.goto(elsewhere)
            page.evaluate("id => { document.getElementById(id).target = 'frame'; }", form)
            with page.expect_response(f"{shown.url}/api/v1/users"):
                page.evaluate("id => document.getElementById(id).submit()", form)
        page.goto(elsewhere)
        told = page.evaluate(TRIES, shown.url)
    assert told == ["opaque 0", "TypeError", "TypeError"], "it is not even let to read"
    assert answers
    assert set(answers) <= {401, 405, 415}
    assert shown.admin.ask("/users") == before
    page.close()
    console.close()


def test_by_the_provider_somebody_signs_in_and_nothing_secret_is_in_the_address(
    shown: Shown,
) -> None:
    console = Console(shown.browser, shown.url)
    asked: list[str] = []
    console.page.on("request", lambda request: asked.append(request.url))
    console.page.goto(shown.url)
    button = console.page.get_by_test_id("provider")
    expect(button).to_contain_text("园区统一认证")
    button.click()
    expect(console.page.get_by_test_id("alarm-list")).to_be_visible()
    assert console.page.url.rstrip("/#") == shown.url, "the code is gone from the address"
    token = console.page.evaluate("() => sessionStorage.getItem('parkwatch.token')")
    assert token
    assert [url for url in asked if token in url] == []
    console.page.goto(f"{shown.url}/?error=access_denied&state=x")
    console.page.evaluate("() => sessionStorage.clear()")
    console.page.goto(f"{shown.url}/?error=access_denied&state=x")
    expect(console.page.get_by_test_id("sign-in-error")).not_to_be_empty()
    console.close()
