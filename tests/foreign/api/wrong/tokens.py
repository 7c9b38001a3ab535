"""Tokens and logins that are too easy, or too hard."""

from .catalogue import instead, wrong


@wrong("token.release")
def released_token_works(app):
    """A release is answered OK, and the token still works."""
    app.tokens.release = lambda token: None


@wrong(
    "token.release-only",
    should="the documents say that a released token is unusable, and nothing of the user's others",
)
def release_ends_all(app):
    """A release ends the session of the user: every token of his is dead."""

    @instead(app.tokens, "release")
    def _(_right, token):
        released = app.tokens.session(token)
        with app.tokens.lock:
            kept = {key: one for key, one in app.tokens.sessions.items() if one.user != released.user}
            app.tokens.sessions = kept


@wrong("web-api-key.unknown")
def any_key(app):
    """A Web API key is not looked at."""
    from ..world import WEB_API_KEY

    log_in = app.service.log_in_by_key
    operation = ("POST", lambda given, _key: log_in(given, WEB_API_KEY))
    app.service.operations["authentication/web_api_key/token"] = operation


@wrong("web-api-key.unknown")
def key_by_prefix(app):
    """The beginning of a Web API key is enough."""
    from ..world import WEB_API_KEY

    log_in = app.service.log_in_by_key
    begins = lambda key: WEB_API_KEY if key and key.startswith(WEB_API_KEY[:8]) else key
    operation = ("POST", lambda given, key: log_in(given, begins(key)))
    app.service.operations["authentication/web_api_key/token"] = operation


@wrong("token.unknown", "token.mandatory")
def any_token(app):
    """Any text is a token."""

    @instead(app.tokens, "session")
    def _(right, token):
        from ..refusal import Refusal

        try:
            return right(token)
        except Refusal:
            if not token:
                raise
            from ..service import Session

            return Session(app.world.users[0], app.world.units[0])


@wrong("token.mandatory", "list.token", "show.token")
def reading_without_token(app):
    """What only reads takes no token."""

    @instead(app, "answer")
    def _(right, verb, path, query, body, key):
        if verb == "GET" and "token=" not in query:
            from ..service import Session

            app.tokens.sessions[""] = Session(app.world.users[0], app.world.units[0])
            query += "&token="
        return right(verb, path, query, body, key)


@wrong("token.login-mandatory")
def any_password(app):
    """A password is not looked at."""

    @instead(app.service, "log_in")
    def _(right, given, key):
        user = next((one for one in app.world.users if one.username.lower() == str(given.get("username")).lower()), None)
        if user and isinstance(given.get("password"), str):
            given = {**given, "password": user.password}
        return right(given, key)

    app.service.operations["authentication/token"] = ("POST", app.service.log_in)


@wrong("token.login-mandatory")
def eight_signs_of_a_password(app):
    """crypt(): only the first eight signs of a password count."""

    @instead(app.service, "log_in")
    def _(right, given, key):
        user = app.world.users[0]
        if isinstance(given.get("password"), str) and given["password"][:8] == user.password[:8]:
            given = {**given, "password": user.password}
        return right(given, key)

    app.service.operations["authentication/token"] = ("POST", app.service.log_in)


@wrong("same.tokens")
def each_token_sees_its_own(app):
    """A token sees the requests it made."""
    current = __import__("threading").local()

    @instead(app.tokens, "session")
    def _(right, token):
        current.token = token
        return right(token)

    @instead(app.store, "add")
    def _(right, make):
        request = right(make)
        request.notes["token"] = current.token
        return request

    @instead(app.store, "select")
    def _(right, member, value):
        return [one for one in right(member, value) if one.notes.get("token") == current.token]
