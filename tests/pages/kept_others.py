"""The actions that no page is asked after, by their names: the rest of the table of `test_kept_pages`."""

from tests.pages.kept_after import WITHIN_AFTER
from tests.pages.kept_asking import WITHIN_ASKING
from tests.pages.kept_history import WITHIN_HISTORY
from tests.pages.kept_items import WITHIN_ITEMS
from tests.pages.kept_questions import WITHIN_QUESTIONS
from tests.pages.kept_telling import WITHIN_TELLING
from tests.pages.kept_week import WITHIN_THE_WEEK

# Those that change nothing a page shows, that read, and those that only run inside one of the above.
OTHERS = {
    "talks.actions.answers.signed_with",
    "talks.actions.limits.count_person",
    "talks.actions.rundown_version.touch_rundowns",
    *WITHIN_ASKING,
    *("news.actions.hiding.apply_rules", "news.actions.sources.check_is_real", "news.actions.feeds.known_feeds"),
    *(f"papers.actions.filling.{name}" for name in ("fetch", "store", "fetch_named", "store_named")),
    *("papers.actions.facts.rerender", "papers.actions.facts.mark_missing", "talks.actions.papers.ask_again"),
    *("papers.actions.list_html.rerender_lists", "papers.actions.list_html.render_and_save"),
    *(f"papers.actions.list_imports.{name}" for name in ("read_file", "preview_list", "check_slug", "problem_json")),
    *("papers.actions.list_imports.merged_with", "papers.actions.list_forecast.foresee"),
    *(f"papers.actions.list_store.{name}" for name in ("values_of", "entry_values", "fill_entry", "number", "store")),
    *(
        f"papers.actions.list_store.{name}"
        for name in (
            *("followers_of", "home_of", "list_values", "section_values", "section_pairs", "entry_pairs", "clash"),
        )
    ),
    *(f"papers.actions.lists.{name}" for name in ("locked_list", "locked_entry", "locked_section", "conflict")),
    *(f"news.actions.collect.{name}" for name in ("start", "start_due", "fetch_page", "store_page", "page_key")),
    *("news.actions.feeds.take_feeds", "news.actions.following.run_now", "news.actions.sources.free_slug"),
    "news.actions.stories.sorters_only",
    *("papers.actions.list_papers.link_entries", "papers.actions.list_papers.link_papers"),
    *("talks.actions.sample_news.make_news", "talks.actions.sample_news.remove_news"),
    *("members.actions.notifications.notify", "members.actions.notifications.read_all"),
    *(f"members.actions.events.{name}" for name in ("record", "record_all", "event_of")),
    *("members.actions.people.handle_for", "papers.actions.stubs.find_or_stub"),
    *(f"members.actions.people.{name}" for name in ("anew", "free_handle", "give_person", "save_new")),
    *(
        f"members.actions.invitations.{name}"
        for name in ("closed", "check_name", "end_invitations", "nobody_yet", "refuse_taken")
    ),
    *(f"members.actions.names.{name}" for name in ("pair_key", "renames_of", "rename_locked", "write_name")),
    *("members.actions.names.keep_apart", "members.actions.logins.reset_link", "members.actions.requests.refuse"),
    *(f"members.actions.logins.{name}" for name in ("suspend", "lift", "change_role", "keep_address")),
    *(
        f"members.actions.tokens.{name}"
        for name in ("create_token", "revoke_token", "set_password", "take_back", "note_use")
    ),
    *(f"members.actions.ops.{name}" for name in ("retry_job", "run_kind", "pause_kind", "resume_kind")),
    *(f"members.actions.idempotency.{name}" for name in ("begin", "finish", "forget", "forget_old")),
    *(f"talks.actions.questions.{name}" for name in ("next_serial", "serials_of", "mention_papers")),
    *(f"talks.actions.batch.{name}" for name in ("rendered_ahead", "papers_in", "overwrite")),
    *(f"talks.actions.imports.{name}" for name in ("prepare", "import_prepared", "taken_in_run")),
    *(f"talks.actions.imports.{name}" for name in ("json_bytes", "problem_json", "read_file", "preview_file")),
    *(
        "talks.actions.imports.refusal_of",
        "talks.actions.reasons.sentence_of",
        "talks.actions.reasons.about",
        "talks.actions.imports.taken_by",
        "talks.actions.html.rendered",
        "talks.actions.html.give_ids",
    ),
    *(f"talks.actions.store.{name}" for name in ("names_in", "store", "key_of")),
    *(
        f"talks.actions.sample.{name}"
        for name in ("logins_file", "next_saturday", "remove_sample", "written_by_others")
    ),
    *(f"talks.actions.uploads.{name}" for name in ("keep", "fetch")),
    *(f"talks.actions.triage.{name}" for name in ("decline", "merge", "undo", "ignore", "unignore", "where_of")),
    *("talks.actions.pdf_child.text_of", "talks.actions.pdf_program.main"),
    *WITHIN_THE_WEEK,
    *WITHIN_ITEMS,
    *WITHIN_QUESTIONS,
    *WITHIN_TELLING,
    *WITHIN_HISTORY,
    *WITHIN_AFTER,
}
