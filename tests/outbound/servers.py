"""A server on loopback that answers with bytes as they are, however wrong, and keeps what it was asked."""

import contextlib
import re
import socket
import ssl
import threading

TLS = b"\x16\x03"  # how somebody begins who speaks TLS


class Server:
    """`answers` is path → bytes, or a function that is given the connection. `requests` are the heads received, and
    `bodies` what came with them.
    """

    def __init__(self, answers, context=None):
        self.answers, self.requests, self.bodies, self._context = answers, [], [], context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def url(self, path="/", scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}{path}"

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(20)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=[connection], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            connection.settimeout(15)
            if self._context:
                connection = stack.enter_context(self._context.wrap_socket(connection, server_side=True))
            head = b""
            while b"\r\n\r\n" not in head and not head.startswith(TLS) and (piece := connection.recv(65536)):
                head += piece
            if not head:
                return
            head, _end, body = head.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            while length and len(body) < int(length[1]) and (piece := connection.recv(65536)):
                body += piece
            self.bodies.append(body)
            self.requests.append(f"{head.decode('latin-1')}\r\n\r\n")
            answer = self.answers.get(
                self.requests[-1].split(" ")[1], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            )
            if callable(answer):
                answer(connection)
            else:
                connection.sendall(answer)


@contextlib.contextmanager
def serving(answers, context=None):
    server = Server(answers, context)
    try:
        yield server
    finally:
        server.close()


def response(body=b"", status="200 OK", **headers):
    """A well-formed answer; header names with _ for -."""
    lines = [f"HTTP/1.1 {status}", *[f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]]
    if "Content_Length" not in headers and "Transfer_Encoding" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def redirect(location, status="302 Found"):
    return response(b"", status, Location=location)


def own_certificate(folder, name="a.example"):
    """Make an authority and a certificate for `name`; return the file of the authority and the server's context."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def make(subject, issuer, key, signer, extensions):
        start = datetime.now(UTC) - timedelta(days=1)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=30))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(signer, hashes.SHA256())

    def named(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = make(
        named(f"root of {name}"),
        named(f"root of {name}"),
        root_key,
        root_key,
        [x509.BasicConstraints(ca=True, path_length=None)],
    )
    leaf = make(
        named(name), named(f"root of {name}"), key, root_key, [x509.SubjectAlternativeName([x509.DNSName(name)])]
    )
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "root.pem").write_bytes(root.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
    (folder / "server.pem").write_bytes(private + leaf.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder / "root.pem", context
