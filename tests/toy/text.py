"""The words that this procedure adds to its decisions."""


def words(content):
    """What fills `templates/pdf/toy/`, besides what every decision has."""
    return {"email": content["email"]}
