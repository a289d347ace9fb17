"""What the engine's tables hold, for the data catalogue; our own models say it themselves."""

MODELS: dict[str, dict] = {
    "viewflow.Process": {"codes": ("flow_class", "data")},
    "viewflow.Task": {
        "codes": (
            *("flow_task", "flow_task_type", "token", "external_task_id", "data"),
            *("owner_permission", "owner_permission_obj_pk"),
        )
    },
}
