"""Signs in once and gives the session to every request of schemathesis."""

import os
import threading

import requests
import schemathesis

USER = os.environ.get("ERP_USERNAME", "sunmao")
PASSWORD = os.environ.get("ERP_PASSWORD", "sunmao-demo")
LOGIN = "/webapi/v3/ov1/login"
LOGOUT = "/webapi/v3/ov1/logout"

_lock = threading.Lock()
_tokens = {}


def captcha(base_url):
    """What a login has to carry after wrong ones, where the simulator tells it."""
    status = requests.get(base_url + "/_simulator/status", timeout=30)
    return status.json()["captcha"] or "" if status.ok else ""


def token(base_url):
    """The session's token; the first caller signs in."""
    base_url = base_url.rstrip("/")
    with _lock:
        if base_url not in _tokens:
            values = {
                "user": f"txt:{USER}",
                "password": f"txt:{PASSWORD}",
                "serialnum": "txt:schemathesis",
                "rndcode": captcha(base_url),
            }
            datas = [{"id": name, "val": value} for name, value in values.items()]
            answer = requests.post(base_url + LOGIN, json={"datas": datas}, timeout=30)
            header = answer.json()["header"]
            if header["status"] != 0:
                raise SystemExit(f"no session: {header['message']}")
            _tokens[base_url] = header["session"]
        return _tokens[base_url]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts the session where the dialect has it. A body that is no object stays as it is."""
    session = token(case.operation.base_url)
    # A logout would end the session for everybody; a login needs none.
    if case.operation.path in (LOGIN, LOGOUT):
        return
    case.headers["ZBAPI-Token"] = session
    if isinstance(case.body, dict):
        for name in ("session", "Token"):
            if name in case.body:
                case.body[name] = session
