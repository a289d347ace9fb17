from django.apps import AppConfig


class ToyConfig(AppConfig):
    name = "tests.toy"
    label = "toy"

    def ready(self) -> None:
        """Plug the procedures in."""
        from tests.toy.procedure import Review, Toy
        from workflows import procedures

        procedures.register(Toy())
        procedures.register(Review())
