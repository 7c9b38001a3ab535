"""What is refused, and how that is told."""

# kind: the Java name, the word, the number, the HTTP status where each refusal has its own.
KINDS = {
    "token": ("AUTHENTICATION.SESSIONEXPIRED", "INVALID_TOKEN", "101", 401),
    "login": ("AUTHENTICATION.LOGINFAILED", "LOGIN_FAILED", "102", 401),
    "missing": ("WEBSERVICES.PARAMETERREQUIRED", "MISSING_PARAMETER", "201", 400),
    "one-of": ("WEBSERVICES.ONLYONEPARAMETERALLOWED", "AMBIGUOUS_PARAMETERS", "202", 400),
    "value": ("WEBSERVICES.INVALIDVALUE", "INVALID_VALUE", "203", 400),
    "not-found": ("WEBSERVICES.OBJECTNOTFOUND", "NOT_FOUND", "301", 404),
    "not-a-service": ("PRODUCTS.NOTASERVICE", "NOT_A_SERVICE", "302", 422),
    "not-a-smartcard": ("INSTALLEDITEMS.NOTASMARTCARD", "NOT_A_SMARTCARD", "303", 422),
    "not-on-subscription": ("SUBSCRIPTIONS.NOTPARTOFIT", "NOT_ON_SUBSCRIPTION", "304", 422),
    "path": ("WEBSERVICES.UNKNOWNMETHOD", "UNKNOWN_METHOD", "401", 404),
    "verb": ("WEBSERVICES.WRONGVERB", "WRONG_VERB", "402", 405),
}


class Refusal(Exception):
    """A call that is not carried out."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind
        self.message = message

    def code(self, form):
        java, word, number, _ = KINDS[self.kind]
        return {"java": f"COM.CRM.EXCEPTION.{java}EXCEPTION", "words": word, "numbers": number}[form]

    def http_status(self, form):
        return KINDS[self.kind][3] if form == "errors" else 200


class Findings:
    """Everything that is wrong with a call, so that one refusal can tell all of it."""

    def __init__(self, form):
        self.form = form
        self.found = []

    def add(self, kind, message):
        self.found.append(Refusal(kind, message))
        if self.form == "first":
            self.end()

    def end(self):
        """Refuses if anything is wrong."""
        if self.found:
            told = "; ".join(refusal.message for refusal in self.found)
            raise Refusal(self.found[0].kind, told)
