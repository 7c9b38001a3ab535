"""How requests and answers are printed."""

# In the order of an example; the order says nothing.
MEMBERS = (
    "scheduled_date",
    "response",
    "error_code",
    "priority",
    "error_description",
    "sequence_number",
    "number",
    "process_id",
    "name",
    "parameters_set",
    "process_immediately",
    "request",
    "log_information",
    "provider_error_code",
    "life_cycle_state",
    "provider_error_description",
    "type",
    "id",
    "process_name",
    "reference_number",
    "executed_date",
)
LATE = ("number", "reference_number")
EARLY = ("provider_error_code", "provider_error_description")


def date(moment):
    return None if moment is None else moment.isoformat()


class Printer:
    """Prints requests, in the readings of the deployment."""

    def __init__(self, readings):
        self.readings = readings

    def request(self, request, fields=None, is_list=False, is_post=False):
        """A request; only the members named by `fields`, if any are."""
        left_out = {"early": LATE, "late": EARLY, "all": ()}[self.readings.shape]
        names = [name for name in MEMBERS if name not in left_out]
        if fields is not None:
            named = set(fields) | ({"id"} if self.readings.projection == "with-id" else set())
            names = [name for name in names if name in named]
        printed = {name: self.member(name, request, is_post) for name in names}
        if not printed.get("parameters_set", True):
            del printed["parameters_set"]
        return printed

    def member(self, name, request, is_post):
        if name == "log_information":
            return self.of_log_information(request, is_post)
        return getattr(self, f"of_{name}")(request)

    def of_id(self, request):
        return request.id

    def of_number(self, request):
        return request.number

    def of_type(self, request):
        return request.type

    def of_sequence_number(self, request):
        return request.sequence

    def of_scheduled_date(self, request):
        return date(request.scheduled)

    def of_executed_date(self, request):
        return date(request.executed)

    def of_process_immediately(self, request):
        return int(request.immediately)

    def of_priority(self, request):
        return request.priority

    def of_life_cycle_state(self, request):
        return request.state

    def of_request(self, request):
        return request.sent

    def of_response(self, request):
        return request.response

    def of_reference_number(self, request):
        return request.reference

    def of_error_code(self, request):
        return request.error_code

    def of_error_description(self, request):
        return request.error_description

    def of_provider_error_code(self, request):
        return request.provider_error_code

    def of_provider_error_description(self, request):
        return request.provider_error_description

    def of_process_name(self, request):
        return request.process_name

    def of_process_id(self, request):
        return None

    def of_name(self, request):
        return None

    def of_parameters_set(self, request):
        return [{key: value, "id": item} for key, value, item in request.items]

    def of_log_information(self, request, is_post):
        log = {
            "updated_date": self.updated_date(request),
            "created_date": date(request.created),
            "created_by_user": self.user(request.user),
            "updated_by_user": self.user(request.user),
        }
        if self.readings.units != "absent":
            log["created_by_unit"] = self.unit(request.unit, is_post)
            log["updated_by_unit"] = self.unit(request.unit, is_post)
        return log

    def updated_date(self, request):
        return date(request.updated)

    def user(self, user):
        return {
            "person_name": user.person_name,
            "username": user.username,
            "id": user.id,
            "email": None,
        }

    def unit(self, unit, is_post):
        form = self.readings.units
        is_full = form == "full" or (form == "as-examples" and is_post)
        printed = {
            "group_name": unit.group_name if is_full else None,
            "name": unit.name,
            "id": unit.id,
            "description": unit.description,
            "alternative_code": unit.alternative_code,
        }
        if is_full:
            printed["community_name"] = unit.community_name
        return printed

    def success(self, data):
        text = None if self.readings.texts == "null" else ""
        status = {"code": "OK", "message": text, "description": text}
        if self.readings.members == "data-first":
            return {"data": data, "status": status}
        return {"status": status, "data": data}

    def refusal(self, refusal):
        code = refusal.code(self.readings.codes)
        status = {"message": refusal.message, "description": None, "code": code}
        data = {"absent": {}, "empty": {"data": {}}, "null": {"data": None}}
        return {"status": status, **data[self.readings.refusal_data]}
