from django.db import migrations, models


def note_paths(apps, schema_editor):
    """Until now nobody could rename a heading here: every one is called what its file calls it."""
    ListSection = apps.get_model("papers", "ListSection")
    changed, home, path = [], None, []
    for row in ListSection.objects.exclude(digest="").order_by("reading_list_id", "position", "pk"):
        if row.reading_list_id != home:
            home, path = row.reading_list_id, []
        while path and path[-1][0] >= row.level:
            path.pop()
        if row.level:
            path.append((row.level, row.title))
        row.file_path = [title for _, title in path]
        changed.append(row)
    ListSection.objects.bulk_update(changed, ["file_path"], batch_size=200)


class Migration(migrations.Migration):

    dependencies = [
        ("papers", "0003_reading_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="listsection",
            name="file_path",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunPython(note_paths, migrations.RunPython.noop),
    ]
