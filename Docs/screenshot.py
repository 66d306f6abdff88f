#!/usr/bin/env python3
"""Takes Docs/chat.png: a home of its own, `./thinnai serve`, and the chat page in a real browser on a phone's screen.

    python3 Docs/screenshot.py        needs chromium and chromium-driver; THINNAI_BINARY names another program
"""
import base64, json, os, re, subprocess, tempfile, time, urllib.request

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINES = ["remind me to call the plumber tomorrow at 5 pm", "no, 6 pm", "add expense 2400 rupees for courier",
         "list reminders"]


def ask(path, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        "http://127.0.0.1:9515" + path, data, {"Content-Type": "application/json"}, method=method)
    return json.load(urllib.request.urlopen(request, timeout=60))["value"]


def wait(until, seconds=30):
    end = time.time() + seconds
    while not until():
        if time.time() > end:
            raise SystemExit("The page did not get there in time.")
        time.sleep(0.2)


home = tempfile.mkdtemp(prefix="thinnai-screenshot-")
program = os.environ.get("THINNAI_BINARY", root + "/thinnai")
house = subprocess.Popen([program, "serve", "--home", home], stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "THINNAI_LISTEN": "127.0.0.1:18099", "THINNAI_OWNER_NAME": "Meena",
                              "THINNAI_OWNER_ZONE": "Asia/Kolkata", "TZ": "Asia/Kolkata"})
driver = subprocess.Popen(["chromedriver", "--port=9515"], stdout=subprocess.DEVNULL)
try:
    link = next(found[0] for line in house.stdout if (found := re.findall(r"http\S+signin#code=\S+", line)))
    time.sleep(1)
    options = {"args": ["--headless=new", "--no-sandbox", "--hide-scrollbars"],
               "mobileEmulation": {"deviceMetrics": {"width": 420, "height": 760, "pixelRatio": 1}}}
    page = "/session/" + ask("/session", {"capabilities": {"alwaysMatch": {
        "browserName": "chrome", "goog:chromeOptions": options}}})["sessionId"]
    run = lambda script: ask(page + "/execute/sync", {"script": script, "args": []})
    bubbles = "return document.querySelectorAll('chat-message').length"
    ask(page + "/url", {"url": link})
    wait(lambda: run("return document.querySelector('textarea') !== null"))
    time.sleep(1)
    for line in LINES:
        before = run(bubbles)
        field = list(ask(page + "/element", {"using": "css selector", "value": "textarea"}).values())[0]
        ask(f"{page}/element/{field}/value", {"text": line + "\ue007"})
        wait(lambda: run(bubbles) >= before + 2)
    time.sleep(1)
    with open(root + "/Docs/chat.png", "wb") as file:
        file.write(base64.b64decode(ask(page + "/screenshot")))
    ask(page, method="DELETE")
finally:
    driver.terminate()
    house.terminate()
    house.wait()
