"""Sign-in by GitHub and Weixin, where their keys are configured: asked through the guard like everything outside."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from outbound import client


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Who comes by a provider needs an invitation, too: members.signup.SocialSignupForm asks for it."""

    def get_requests_session(self) -> Any:
        return client.sign_in_session()
