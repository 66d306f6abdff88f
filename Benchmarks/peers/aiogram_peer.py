"""The peer that `thinnai bench messages --peer PYTHON` is measured against: aiogram with the same durable commit.

A message is inserted into SQLite (WAL, synchronous=FULL) before the webhook is answered; then it is answered by
sendMessage. Nothing is understood and nobody is looked up, which favours the peer. Needs aiogram 3 in PYTHON.
"""

import argparse
import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Update
from aiohttp import web

parser = argparse.ArgumentParser()
for name in ("--port", "--api", "--token", "--secret", "--database"):
    parser.add_argument(name, required=True)
options = parser.parse_args()

# One connection on one thread, as SQLite wants it; the event loop is not held up by the disk.
writer = ThreadPoolExecutor(max_workers=1)
database = sqlite3.connect(options.database, isolation_level=None, check_same_thread=False)
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA synchronous=FULL")
database.execute("CREATE TABLE inbox (update_id INTEGER PRIMARY KEY, chat INTEGER, payload TEXT, state TEXT)")


def accept(update_id, chat, payload):
    """True when it was not there yet; on disk when this returns."""
    cursor = database.execute(
        "INSERT INTO inbox VALUES (?, ?, ?, 'waiting') ON CONFLICT DO NOTHING", (update_id, chat, payload)
    )
    return cursor.rowcount > 0


def settle(update_id):
    database.execute("UPDATE inbox SET state = 'done' WHERE update_id = ?", (update_id,))


server = TelegramAPIServer.from_base(options.api)
bot = Bot(options.token, session=AiohttpSession(api=server))
dispatcher = Dispatcher()
lanes = {}


@dispatcher.message()
async def answer(message):
    await message.answer(f"Noted: {message.text}")


async def walk(queue):
    """Messages of a chat are answered in their order."""
    loop = asyncio.get_running_loop()
    while True:
        update = await queue.get()
        await dispatcher.feed_update(bot, update)
        await loop.run_in_executor(writer, settle, update.update_id)


async def webhook(request):
    if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != options.secret:
        return web.Response(status=401)
    body = await request.text()
    update = Update.model_validate_json(body, context={"bot": bot})
    chat = update.message.chat.id
    loop = asyncio.get_running_loop()
    if await loop.run_in_executor(writer, accept, update.update_id, chat, body):
        if chat not in lanes:
            queue = asyncio.Queue()
            lanes[chat] = (queue, asyncio.create_task(walk(queue)))
        lanes[chat][0].put_nowait(update)
    return web.Response()


async def ready(request):
    return web.Response(text="ready")


app = web.Application()
app.router.add_post("/telegram/webhook", webhook)
app.router.add_get("/readyz", ready)
web.run_app(app, host="127.0.0.1", port=int(options.port), print=None, access_log=None)
