"""Who edits what says of which episode. Such rows mean nothing after a minute, so the table is made anew."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0006_chat_wish"), ("talks", "0012_after")]

    operations = [
        migrations.DeleteModel(name="Presence"),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("key", models.BigIntegerField()),
                ("seen_at", models.DateTimeField()),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="talks.episode"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="members.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "key", "-seen_at"], name="presence_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "kind", "key"), name="presence_once"),
                ],
            },
        ),
    ]
