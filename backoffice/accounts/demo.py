"""DEMO people and their log-ins; synthetic persons (CNP serials from 900 up). Never used in production."""

from dataclasses import dataclass

from backoffice.accounts.roles import Role

PASSWORD = "demo-parola-2026"  # DEMO credential, shown on the demo's log-in page


@dataclass(frozen=True)
class DemoLogin:
    """One account of the demo: staff of a house, or a provider when `house` is empty."""

    email: str
    last_name: str
    first_name: str
    cnp: str
    house: str = ""
    role: Role | None = None

    @property
    def label(self) -> str:
        """What this log-in is for, on the log-in page."""
        return f"{self.role.label}, {self.house}" if self.role else "Furnizor"


LOGINS = (
    DemoLogin("furnizor@demo.example.ro", "Popa", "Ilinca", "2850309419003"),
    DemoLogin("functionar1@demo.example.ro", "Dinu", "Ana", "2800101139012", "CAS-CT", Role.CLERK),
    DemoLogin("functionar2@demo.example.ro", "Marin", "Radu", "1800202139025", "CAS-CT", Role.CLERK),
    DemoLogin("jurist1@demo.example.ro", "Sava", "Irina", "2800303139031", "CAS-CT", Role.LEGAL_ADVISER),
    DemoLogin("jurist2@demo.example.ro", "Tudor", "Pavel", "1800404139044", "CAS-CT", Role.LEGAL_ADVISER),
    DemoLogin("sef1@demo.example.ro", "Nistor", "Elena", "2800505139050", "CAS-CT", Role.HEAD),
    DemoLogin("sef2@demo.example.ro", "Barbu", "Mihai", "1800606139063", "CAS-CT", Role.HEAD),
    DemoLogin("director1@demo.example.ro", "Albu", "Sorina", "2800707139071", "CAS-CT", Role.DIRECTOR),
    DemoLogin("director2@demo.example.ro", "Preda", "Victor", "1800808139082", "CAS-CT", Role.DIRECTOR),
    DemoLogin("administrator@demo.example.ro", "Neagu", "Oana", "2800909139099", "CAS-CT", Role.ADMINISTRATOR),
    DemoLogin("functionar@cj.demo.example.ro", "Rusu", "Dan", "1801010129101", "CAS-CJ", Role.CLERK),
    DemoLogin("director@cj.demo.example.ro", "Man", "Corina", "2801111129118", "CAS-CJ", Role.DIRECTOR),
)
