// Small comforts; every page works without them.
(() => {
  "use strict";

  // A form that is on its way is not sent twice; the server would treat a second one as the same anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "yes";
    setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = true; }), 0);
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-sending]").forEach((form) => {
      delete form.dataset.sending;
      form.querySelectorAll("button").forEach((b) => { b.disabled = false; });
    });
  });

  // Autosave: what was typed is kept a moment after typing stops, and the page says so.
  document.querySelectorAll("form[data-autosave]").forEach((form) => {
    const status = form.querySelector("[data-autosave-status]");
    let timer = 0;
    const askForLogIn = (address) => {
      const link = Object.assign(document.createElement("a"), { href: address, target: "_blank", textContent: status.dataset.logIn });
      status.replaceChildren(`${status.dataset.ended} `, link);
    };
    const save = async () => {
      const body = new FormData(form);
      try {
        const answer = await fetch(form.action || location.href, {
          method: "POST", body, headers: { "X-Autosave": "1" }, credentials: "same-origin",
        });
        if (answer.status === 401) { askForLogIn((await answer.json()).log_in); return; }
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        status.textContent = `${status.dataset.saved} ${(await answer.json()).saved}`;
      } catch {
        status.textContent = status.dataset.failed;
      }
    };
    // Back from the log-in in another tab: the page that stayed open takes the new session's form token and saves.
    window.addEventListener("focus", async () => {
      if (!status.querySelector("a")) return;
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const token = page.querySelector("form[data-autosave] [name=csrfmiddlewaretoken]");
      if (answer.redirected || !token) return;
      form.querySelector("[name=csrfmiddlewaretoken]").value = token.value;
      save();
    });
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 1500); });
    form.addEventListener("submit", () => clearTimeout(timer));
  });

  // A file that is too large is not sent at all; the server would refuse it after the wait.
  document.querySelectorAll("form[data-most-bytes]").forEach((form) => {
    const input = form.querySelector("input[type=file]");
    const error = form.querySelector("[data-too-big]");
    input.addEventListener("change", () => {
      const tooBig = [...input.files].some((file) => file.size > Number(form.dataset.mostBytes));
      error.hidden = !tooBig;
      error.querySelector("span").textContent = tooBig ? error.dataset.tooBig : "";
      input.closest(".box").classList.toggle("wrong", tooBig);
      if (tooBig) input.value = "";
    });
  });

  // Files that are being checked: their list is asked for again until the verdict stands.
  const watch = (rounds) => {
    const lists = [...document.querySelectorAll("[data-checking]")];
    if (!lists.length || !rounds) return;
    setTimeout(async () => {
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        lists.forEach((list) => {
          const now = fresh.getElementById(list.id);
          if (now && !now.hasAttribute("data-checking")) list.replaceWith(now);
        });
      } catch { /* asked again below */ }
      watch(rounds - 1);
    }, 2000);
  };
  watch(60);

  // Copy a number.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
    });
  });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // Lists by keyboard: j and k move, Enter opens, / goes to the search box.
  const rows = [...document.querySelectorAll("[data-rows] tr[data-href]")];
  let at = -1;
  const go = (step) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("at");
    at = Math.min(rows.length - 1, Math.max(0, at + step));
    rows[at].classList.add("at");
    rows[at].querySelector("a")?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "/") {
      const box = document.querySelector("[data-search]");
      if (box) { event.preventDefault(); box.focus(); }
    }
  });

  // Keying in from paper: Enter moves on to the next question, past the small marks below each.
  document.querySelectorAll("form[data-keying]").forEach((form) => {
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input, select") || event.isComposing) return;
      event.preventDefault();
      const asked = [...form.querySelectorAll(".box input, .box select, .box textarea, .add-row button")]
        .filter((field) => !field.closest(".written") && field.offsetParent);
      const here = asked.findIndex((field) => field.compareDocumentPosition(event.target) & Node.DOCUMENT_POSITION_PRECEDING);
      const next = event.target.closest(".written") ? asked[here] : asked[asked.indexOf(event.target) + 1];
      next?.focus();
    });
  });

  // What only one choice needs is shown with that choice.
  const sync = () => document.querySelectorAll("[data-shown-with]").forEach((part) => {
    const [name, ...values] = part.dataset.shownWith.split(" ");
    const chosen = document.querySelector(`[name="${name}"]:checked`);
    part.hidden = !(chosen && values.includes(chosen.value));
  });
  document.addEventListener("change", sync);
  sync();

  document.querySelector("[data-focus]")?.focus();
})();
