"""A mail server for tests: aiosmtpd, with STARTTLS and a sign-in.

mailserver.py PORT FOLDER CERTIFICATE KEY MODE     MODE: starttls, tls or none

Each message that is taken becomes a line of JSON in FOLDER/mail, as Python's own reader understands it. "nobody@" is no
recipient here, "later@" is one from the second try on, and what is addressed to "spam@" is not taken.
"""
import asyncio
import email
import email.policy
import json
import ssl
import sys
import time

from aiosmtpd.smtp import SMTP, AuthResult

port, folder, certificate, key, mode = sys.argv[1:6]
seen = set()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "nobody":
            return "550 5.1.1 no such user"
        if name == "later" and name not in seen:
            seen.add(name)
            return "451 4.7.1 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(to.startswith("spam@") for to in envelope.rcpt_tos):
            return "554 5.7.1 looks like spam"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = message.get_body(("plain",))
        seen_headers = [name for name, _ in message.items()]
        line = {
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": message["subject"],
            "header_to": str(message["to"]), "text": body.get_content(), "headers": seen_headers,
            "id": str(message["message-id"]), "language": str(message["content-language"]),
            "files": [
                [part.get_content_type(), part.get_filename(), len(part.get_payload(decode=True))]
                for part in message.iter_attachments()
            ],
            "secure": session.ssl is not None or mode == "tls",
            "user": session.auth_data.decode() if session.auth_data else None,
            "defects": [str(defect) for defect in message.defects],
            # seconds of the machine's monotonic clock, as other programs read it too
            "at": time.monotonic(),
        }
        with open(folder + "/mail", "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return "250 OK"


def sign_in(server, session, envelope, mechanism, data):
    is_known = data.login == b"house" and data.password == b"standin-mail-password"
    # what is not handled is answered by the server: 535
    return AuthResult(success=is_known, handled=is_known, auth_data=data.login)


async def serve():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    options = {"authenticator": sign_in, "auth_required": mode != "none", "hostname": "mail.example.org"}
    if mode == "starttls":
        options.update(tls_context=context, require_starttls=True)
    else:
        options.update(auth_require_tls=False)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), **options), "127.0.0.1", int(port), ssl=context if mode == "tls" else None)
    await server.serve_forever()


asyncio.run(serve())
