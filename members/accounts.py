"""How django-allauth behaves here: accounts are made by organizers until invitations arrive."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up is closed; sign-in is by user name and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
