"""The checker of markup can say no: without that, its yes elsewhere would mean nothing."""

from tests.nu import complaints

SOUND = '<!doctype html><html lang="id"><head><title>Pekerja</title></head><body>{}</body></html>'


def test_sound_pages_pass_and_each_broken_one_is_named():
    pages = {
        "sound": SOUND.format("<h1>Pekerja</h1>"),
        "nested": SOUND.format("<h1>Pekerja</h1><p><div>Wayan</div></p>"),
        "twice": SOUND.format('<h1>Pekerja</h1><p id="nik">1</p><p id="nik">2</p>'),
    }

    found = complaints(pages)

    assert {complaint.partition(":")[0] for complaint in found} == {"nested", "twice"}
