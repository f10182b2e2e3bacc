from fieldapp.domain.consent import CURRENT, VERSIONS, needs_asking


def test_consent_is_asked_until_it_was_given_to_a_known_text():
    assert needs_asking(None)
    assert needs_asking("1999-01")
    assert not any(needs_asking(version) for version in VERSIONS)


def test_the_current_text_is_the_newest():
    assert max(VERSIONS) == CURRENT
    assert sorted(VERSIONS) == list(VERSIONS)
