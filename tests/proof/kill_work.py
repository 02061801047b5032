"""What the jobs of the kill test do: wait a little outside a transaction, then insert one row inside it.

The table has no unique constraint, so that an effect written twice shows.
"""

import random
import time

from django.db import connection

TABLE = "kill_effect"


def fetch(*, payload):
    time.sleep(random.uniform(0.005, 0.05))
    return payload["number"]


def store(*, payload, now, fetched):
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (number) VALUES (%s)", [fetched])
    # A kill in here must take the row back.
    time.sleep(random.uniform(0, 0.005))
