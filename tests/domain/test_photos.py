"""What is good enough in a photo: each limit is good, one step beyond it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldapp.domain.photos import PhotoFault, PhotoKind, PhotoQuality, photo_faults

LIMITS = {
    PhotoKind.FACE: PhotoQuality(300, 400, mean_luma=50, sharpness=25, glare=0.35),
    PhotoKind.KTP: PhotoQuality(640, 400, mean_luma=60, sharpness=60, glare=0.12),
}


@pytest.mark.parametrize("kind", PhotoKind)
def test_a_photo_on_every_limit_is_good_whichever_way_it_is_held(kind: PhotoKind) -> None:
    quality = LIMITS[kind]
    turned = replace(quality, width=quality.height, height=quality.width)

    assert photo_faults(quality, kind) == ()
    assert photo_faults(turned, kind) == ()


@pytest.mark.parametrize("kind", PhotoKind)
def test_one_step_beyond_a_limit_is_one_fault(kind: PhotoKind) -> None:
    good = LIMITS[kind]
    brightest = {PhotoKind.FACE: 225, PhotoKind.KTP: 235}[kind]
    beyond = {
        PhotoFault.TOO_DARK: replace(good, mean_luma=good.mean_luma - 0.1),
        PhotoFault.TOO_BRIGHT: replace(good, mean_luma=brightest + 0.1),
        PhotoFault.BLURRED: replace(good, sharpness=good.sharpness - 0.1),
        PhotoFault.GLARE: replace(good, glare=good.glare + 0.001),
    }

    assert {fault: photo_faults(beyond[fault], kind) for fault in beyond} == {
        fault: (fault,) for fault in beyond
    }
    assert photo_faults(replace(good, width=good.width - 1), kind) == (PhotoFault.TOO_SMALL,)
    assert photo_faults(replace(good, height=good.height - 1), kind) == (PhotoFault.TOO_SMALL,)


def test_a_card_may_be_photographed_worse_as_a_face_than_as_a_card() -> None:
    soft = PhotoQuality(1280, 800, mean_luma=55, sharpness=40, glare=0.2)

    assert photo_faults(soft, PhotoKind.FACE) == ()
    assert photo_faults(soft, PhotoKind.KTP) == (
        PhotoFault.TOO_DARK,
        PhotoFault.BLURRED,
        PhotoFault.GLARE,
    )
