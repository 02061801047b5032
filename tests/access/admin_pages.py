"""The table of the admin: what is in it is there to be looked at; only accounts can be written, by organizers."""

from dataclasses import replace

from tests.access.matrix import Act, row
from tests.access.policies import HIDDEN, NO_METHOD, ORGANIZERS, policy

LOOKED_AT = {
    "jobs": ("job", "slot"),
    "members": ("alias", "event", "person", "token"),
    "papers": ("paper",),
    "talks": (
        *(
            "answer",
            "boardvisit",
            "break",
            "carry",
            "claim",
            "credit",
            "delivery",
            "episode",
            "holiday",
            "hosting",
            "importedrow",
            "keptrow",
            "reminder",
        ),
        *("item", "itemvote", "papermention", "part", "passage", "pastlink", "plan", "question", "recording"),
        *("askingrules", "cue", "questionvote", "rundown"),
        *("reference", "section", "sourcedocument", "standingowner", "suggestion", "template"),
    ),
}
LOOK = Act(ORGANIZERS, leaves_nothing=True)
NEVER = policy("nobody, whoever asks")
NO_FORM = replace(NEVER, name="organizers, no form").but(organizer=NO_METHOD)
NOT_THERE = replace(NEVER, name="organizers, nothing there").but(organizer=HIDDEN)


def looked_at(app, model, *, is_alike):
    """The pages of one table: nothing of it can be added, changed or deleted here."""
    at = f"admin/{app}/{model}/"
    rows = [
        row(at, f"/{at}", GET=ORGANIZERS, POST=LOOK),
        row(f"{at}add/", f"/{at}add/", GET=NEVER, POST=NEVER),
        row(f"{at}<object_id>/history/", f"/{at}1/history/", GET=ORGANIZERS, POST=LOOK),
        row(f"{at}<object_id>/delete/", f"/{at}1/delete/", GET=NEVER, POST=(NEVER, {"post": "yes"})),
        row(f"{at}<object_id>/change/", f"/{at}1/change/", GET=ORGANIZERS, POST=(NEVER, {"name": "x"})),
        row(f"{at}<object_id>/", f"/{at}1/", GET=ORGANIZERS, POST=LOOK),
    ]
    return [replace(each, is_alike=is_alike) for each in rows]


USER = "admin/members/user"
NORA = f"/{USER}/{{nora.user_id}}"
OF_NORA = {"role": "organizer"}
PASSWORDS = {"password1": "a quite different horse", "password2": "a quite different horse", "usable_password": "true"}

ROWS = [
    row("admin/", "/admin/", GET=ORGANIZERS, POST=LOOK),
    # the site's own sign-in page is the door; who is signed in already is told that only organizers come in
    row("admin/login/", "/admin/login/", GET=NEVER, POST=NEVER),
    row("admin/logout/", "/admin/logout/", GET=NO_FORM, POST=LOOK),
    # the page of one's account is where a password is changed
    row("admin/password_change/", "/admin/password_change/", GET=ORGANIZERS, POST=LOOK),
    row("admin/password_change/done/", "/admin/password_change/done/", GET=ORGANIZERS, POST=NO_FORM),
    # no table of ours offers to complete anything
    row("admin/autocomplete/", "/admin/autocomplete/", GET=NEVER, POST=NO_FORM),
    row("admin/jsi18n/", "/admin/jsi18n/", GET=ORGANIZERS, POST=NO_FORM),
    row("admin/r/<content_type_id>/<object_id>/", "/admin/r/999/1/", GET=NOT_THERE, POST=NOT_THERE),
    row("admin/<app_label>/", "/admin/talks/", GET=ORGANIZERS, POST=LOOK),
    row("admin/<url>", "/admin/nope/", GET=NOT_THERE, POST=NOT_THERE),
    row(f"{USER}/", f"/{USER}/", GET=ORGANIZERS, POST=LOOK),
    row(f"{USER}/add/", f"/{USER}/add/", GET=NEVER, POST=(NEVER, {"username": "x", **PASSWORDS})),
    row(f"{USER}/<object_id>/history/", f"{NORA}/history/", GET=ORGANIZERS, POST=LOOK),
    row(f"{USER}/<object_id>/delete/", f"{NORA}/delete/", GET=NEVER, POST=(NEVER, {"post": "yes"})),
    row(f"{USER}/<object_id>/change/", f"{NORA}/change/", GET=ORGANIZERS, POST=(ORGANIZERS, OF_NORA)),
    row(f"{USER}/<object_id>/", f"{NORA}/", GET=ORGANIZERS, POST=LOOK),
    *(
        each
        for app, models in LOOKED_AT.items()
        for model in models
        for each in looked_at(app, model, is_alike=model != models[0])
    ),
]  # fmt: skip
