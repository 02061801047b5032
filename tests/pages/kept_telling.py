"""Actions of telling: none changes what a kept page shows; what they change is seen by hosts and organizers."""

WITHIN_TELLING = {
    *(f"talks.actions.deliveries.{name}" for name in ("announce", "put_down", "fetch", "store", "replay", "prune")),
    *(f"talks.actions.reminders.{name}" for name in ("plan_reminders", "edit_reminder", "send_now", "send_due")),
    *(f"talks.actions.webhooks.{name}" for name in ("make_webhook", "edit_webhook", "remove_webhook", "place_of")),
    *(f"talks.actions.webhooks.{name}" for name in ("pause_webhook", "resume_webhook", "send_test")),
    *("talks.actions.reminders.send_one", "talks.actions.mails.tell", "members.actions.profile.stop_mails"),
}
