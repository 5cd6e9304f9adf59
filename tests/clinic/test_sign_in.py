"""Signing in: by name or address, locked after failures, closed to strangers."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from neuroreed.clinic.models import User
from tests.clinic.world import PASSWORD


@pytest.fixture
def browser(clinic):
    cache.clear()
    User.objects.filter(username="therapist").update(email="therapist@clinic.example")
    return Client()


def sign_in(browser, login, password):
    return browser.post(reverse("account_login"), {"login": login, "password": password})


@pytest.mark.parametrize("login", ["therapist", "therapist@clinic.example"])
def test_a_person_signs_in_by_name_or_address(browser, login):
    answer = sign_in(browser, login, PASSWORD)

    assert answer.status_code == 302
    assert "_auth_user_id" in browser.session


def test_five_failures_lock_the_name_out_even_with_the_right_password(browser):
    answers = [sign_in(browser, "therapist", "not the word at all") for _ in range(5)]

    sign_in(browser, "therapist", PASSWORD)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert "_auth_user_id" not in browser.session
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), "biller", PASSWORD).status_code == 302


def test_nobody_registers_themselves(browser):
    answer = browser.post(
        reverse("account_signup"),
        {"username": "stranger", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert not User.objects.filter(username="stranger").exists()
    assert answer.status_code in {200, 403, 404}


def test_a_closed_account_does_not_sign_in(browser, clinic):
    from neuroreed.clinic.services import accounts
    from tests.clinic.world import at

    accounts.close_account(clinic.admin, clinic.therapist.pk, at=at(9))

    sign_in(browser, "therapist", PASSWORD)

    assert "_auth_user_id" not in browser.session
