"""The states of all things, rebuilt from the audit trail alone. Pure: it knows events and nothing of the database.

What the trail does not tell cannot be rebuilt, so this is the measure of whether it tells enough (tests/life.py).
"""

ANSWERED = ("signed", "issued")  # of a reply
TEXT_CHANGES = {"edit", "polish", "return", "revoke", "draft", "meet", "reject_paper"}


class Replay:
    """Takes events in their order. `states`: (thing, id) → state; `rounds`: case id → round; `ratings`: receipt id →
    (rating, attitude) as last entered; `unsigned`: what was sent out or asked for although nobody had signed it."""

    def __init__(self):
        self.states = {}
        self.rounds = {}
        self.ratings = {}
        self.signed = {}  # reply id → hash, since the last change of its text
        self.unsigned = []

    def take(self, action, data):
        """One event of a proposal: its action, such as `case.accept`, and its data."""
        thing, _, what = action.partition(".")
        self.states[thing, data["id"]] = data["state"]
        for name, parts in data.get("parts", {}).items():
            self.states.update({(name, pk): state for pk, state in parts})
        for (pk, _), (_, _, _, round_) in zip(
            data.get("parts", {}).get("case", ()), data.get("cases", ()) if what == "import" else (), strict=True
        ):
            self.rounds[pk] = round_
        if what in ("assign", "adjust"):
            for pk, *_ in data["cases"]:
                self.states["case", pk], self.rounds[pk] = "assigned", 1
        for pk in [*data.get("ended", ()), *data.get("also_ended", ())]:
            self.states["case", pk] = "ended"
        if "case_state" in data:
            self.states["case", data["case"]] = data["case_state"]
        if "proposal_state" in data:
            self.states["proposal", data["proposal"]] = data["proposal_state"]
        if thing != "proposal":
            self.rounds[data["case"]] = data["round"]
        self._reply(thing, what, data)
        self._receipt(thing, what, data)

    def _reply(self, thing, what, data):
        if thing != "reply":
            return
        if what in TEXT_CHANGES:
            self.signed.pop(data["id"], None)
        if what in ("sign", "verify_paper"):
            self.signed[data["id"]] = data["hash"]
        if what == "issue":
            if not self.signed.get(data["id"]):
                self.unsigned.append(data["id"])
            self.states.update({("commitment", pk): "open" for pk in data["commitments"]})
            self.states.update({("receipt", pk): state for pk, _, state in data.get("receipts", ())})

    def _receipt(self, thing, what, data):
        if thing == "receipt" and "rating" in data and what in ("submit", "enter", "park", "amend"):
            self.ratings[data["id"]] = (data["rating"], data.get("attitude", ""))
        if thing == "receipt" and what == "return":
            self.ratings[data["id"]] = ("", "")

    def of(self, thing):
        """id → state of all things of a kind."""
        return {pk: state for (kind, pk), state in self.states.items() if kind == thing}
