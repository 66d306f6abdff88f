#!/usr/bin/env python3
"""Types the lines of Docs/session.txt into the real `./thinnai repl` on a terminal and prints what the screen showed.

    python3 Docs/record.py            prints the session as it stands in the README
    python3 Docs/record.py --check    exits with 1 when the README shows another one
"""
import os, pty, re, select, shutil, sys, tempfile, time

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROMPT = "you › "


def screen(raw):
    """What remains on the screen: colours gone, each line as it was last written."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07", "", raw.replace("\r\n", "\n"))
    return "\n".join(line.split("\r")[-1].rstrip() for line in text.split("\n"))


def record(lines):
    home = tempfile.mkdtemp(prefix="thinnai-session-")
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", TZ="Asia/Kolkata", COLUMNS="110")
        words = ["repl", "--home", home, "--now", "2026-11-23T10:00:00+05:30"]
        os.execv(root + "/thinnai", [root + "/thinnai"] + words)
    raw, sent, quiet = "", 0, time.time()
    while True:
        ready, _, _ = select.select([terminal], [], [], 0.1)
        if ready:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            raw, quiet = raw + data.decode("utf-8", "replace"), time.time()
        elif time.time() - quiet > 0.7 and screen(raw).endswith(PROMPT.rstrip()):
            # the prompt stands still: the answer is there
            os.write(terminal, ((lines[sent] + "\n") if sent < len(lines) else "\x04").encode())
            sent, quiet = sent + 1, time.time()
        elif time.time() - quiet > 30:
            break
    os.waitpid(child, 0)
    shutil.rmtree(home, ignore_errors=True)
    text = screen(raw)
    return re.sub(r"\s*you ›\s*(\^D)?\s*$", "", text[text.index(PROMPT):])


session = record(open(root + "/Docs/session.txt", encoding="utf-8").read().splitlines())
if "--check" in sys.argv[1:]:
    shown = open(root + "/README.md", encoding="utf-8").read()
    if session not in shown:
        print(session)
        sys.exit("The README shows another session; put this one there.")
else:
    print(session)
