"""What Django's own tables hold, for the data catalogue; our own models say it themselves."""

MODELS: dict[str, dict] = {
    "auth.Permission": {"codes": ("name", "codename")},
    "auth.Group": {"codes": ("name",)},
    "contenttypes.ContentType": {"codes": ("app_label", "model")},
}
