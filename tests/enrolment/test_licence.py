import string

from hypothesis import given
from hypothesis import strategies as st

from enrolment.providers import licence

SECRET = b"k" * 32
keys = st.builds(licence.generate)


@given(keys)
def test_a_key_has_the_published_shape_and_its_checksum(key):
    assert licence.SHAPE.fullmatch(key)
    assert licence.is_well_formed(key)
    assert len(key) == len("AB012-C345-D678-E910")


@given(keys, st.data())
def test_every_single_wrong_character_is_noticed(key, data):
    place = data.draw(st.sampled_from([i for i, c in enumerate(key) if c != "-"]))
    alphabet = string.ascii_uppercase if key[place].isalpha() else string.digits
    other = data.draw(st.sampled_from([c for c in alphabet if c != key[place]]))
    assert not licence.is_well_formed(key[:place] + other + key[place + 1 :])


def test_every_swap_of_neighbours_is_noticed_over_many_keys():
    missed = []
    for _ in range(2000):
        bare = licence.generate().replace("-", "")
        for i in range(len(bare) - 1):
            if bare[i] != bare[i + 1] and bare[i].isalpha() == bare[i + 1].isalpha():
                swapped = bare[:i] + bare[i + 1] + bare[i] + bare[i + 2 :]
                if licence.is_well_formed(licence.normalise(swapped)):
                    missed.append(bare)
    assert missed == []


@given(keys)
def test_a_verifier_knows_its_key_however_it_is_typed(key):
    kept = licence.verifier(key, SECRET)
    assert licence.matches(key, SECRET, kept)
    assert licence.matches(key.lower().replace("-", " "), SECRET, kept)


@given(keys, keys)
def test_a_verifier_knows_no_other_key_and_no_other_secret(key, other):
    kept = licence.verifier(key, SECRET)
    assert key == other or not licence.matches(other, SECRET, kept)
    assert not licence.matches(key, b"x" * 32, kept)


@given(keys)
def test_the_mask_keeps_the_first_group_only(key):
    assert licence.mask(key) == key[:5] + "-****-****-****"


def test_keys_do_not_repeat():
    assert len({licence.generate() for _ in range(5000)}) == 5000
