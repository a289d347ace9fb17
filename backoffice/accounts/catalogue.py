"""What the tables of the account library hold, for the data catalogue; our own models say it themselves."""

MODELS: dict[str, dict] = {
    "account.EmailAddress": {"in_clear": {"email": "the log-in name once more: the library finds it by comparison"}},
    "account.EmailConfirmation": {"codes": ("key",)},  # empty: confirmations are signed links and leave no row
    "mfa.Authenticator": {"encrypted_by": {"data": "the account adapter"}},
}
