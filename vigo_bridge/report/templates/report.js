"use strict";
// Everything from hosts is put into the page as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const UNCHANGED = new Set(["none", "skipped"]);
  const BAD = new Set(["failed", "blocked"]);
  const MANY = 30;
  const byName = new Map(data.hosts.map((host) => [host.name, host]));

  const make = (tag, name, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

  const haystack = (resource) =>
    [resource.id, resource.type, resource.action, resource.reason, resource.error, resource.diff]
      .filter(Boolean).join("\n").toLowerCase();
  for (const host of data.hosts) {
    host.text = [host.name, host.status, host.message, host.stuck, ...host.notes].join("\n").toLowerCase();
    host.all = [...host.resources, ...host.restored];
    for (const resource of host.all) resource.text = haystack(resource);
  }

  const search = document.getElementById("search");
  const everything = document.getElementById("everything");
  const container = document.getElementById("hosts");
  let wanted = "";

  const matters = (host, resource, query) => {
    if (query && !host.text.includes(query)) return resource.text.includes(query);
    return everything.checked || !UNCHANGED.has(resource.action) ||
      (host.status === "failed" && resource.action === "skipped");
  };

  const diffBlock = (text) => {
    const block = make("pre", "diff");
    for (const line of text.split("\n")) {
      const kind = line.startsWith("+") ? "add" : line.startsWith("-") ? "remove" : "";
      block.append(make("span", kind, line || " "));
    }
    return block;
  };

  const row = (resource) => {
    const line = make("tr");
    const kind = BAD.has(resource.action) ? "bad" : UNCHANGED.has(resource.action) ? "same" : "new";
    line.append(make("td", "action " + kind, resource.action));
    line.append(make("td", "", resource.id), make("td", "", resource.type));
    const why = make("td", "", resource.reason || "");
    if (resource.diff) why.append(diffBlock(resource.diff));
    if (resource.log) why.append(make("pre", "", resource.log));
    if (resource.output) why.append(make("pre", "", resource.output));
    const seconds = resource.seconds === undefined ? "" : resource.seconds.toFixed(2) + " s";
    line.append(why, make("td", "number", seconds));
    return line;
  };

  const fill = (body, host, query) => {
    body.replaceChildren();
    if (host.message) body.append(make("pre", "", host.message));
    for (const note of host.notes) body.append(make("p", "dim", "note: " + note));
    for (const orphan of host.orphans) body.append(make("p", "dim", "no longer in the stack: " + orphan));
    const shown = host.resources.filter((resource) => matters(host, resource, query));
    if (shown.length) body.append(table(shown));
    else body.append(make("p", "dim", host.resources.length ? "Nothing changed." : "No resources."));
    if (host.stuck) body.append(make("pre", "", host.stuck));
    if (!host.restored.length) return;
    const back = host.restored.filter((resource) =>
      everything.checked || resource.action !== "none" || (query && resource.text.includes(query)));
    body.append(make("p", "back", back.length ? "Back to what it was before:" : "Nothing to roll back."));
    if (back.length) body.append(table(back));
  };

  const table = (resources) => {
    const table = make("table");
    const head = make("tr");
    for (const name of ["action", "resource", "type", "reason and difference", "time"]) {
      head.append(make("th", name === "time" ? "number" : "", name));
    }
    const groups = [make("thead"), make("tbody")];
    groups[0].append(head);
    for (const resource of resources) groups[1].append(row(resource));
    table.append(...groups);
    return table;
  };

  const entry = (host, query, open) => {
    const details = make("details", "host");
    const summary = make("summary");
    summary.append(make("span", "name", host.name), make("span", "badge " + host.status, host.status));
    const count = host.resources.length;
    summary.append(make("span", "dim", count ? `${host.changed} of ${counted(count, "resource")}` : ""));
    summary.append(make("span", "dim", count ? `${host.seconds.toFixed(1)} s in resources` : ""));
    const body = make("div", "body");
    details.append(summary, body);
    const show = () => { if (details.open && !body.childNodes.length) fill(body, host, query); };
    details.addEventListener("toggle", show);
    details.open = open;
    show();
    return details;
  };

  const update = () => {
    const query = search.value.trim().toLowerCase();
    const hosts = data.hosts.filter((host) => (!wanted || host.status === wanted) &&
      (!query || host.text.includes(query) ||
        host.all.some((resource) => resource.text.includes(query))));
    const few = hosts.length <= 5 || (query && hosts.length <= MANY);
    container.replaceChildren(...hosts.map((host) =>
      entry(host, query, few && (query !== "" || host.status !== "converged"))));
    document.getElementById("found").textContent =
      `${hosts.length} of ${counted(data.hosts.length, "host")}`;
  };

  const timeline = () => {
    const ends = [...data.batches, ...data.hosts].map((item) => item.span ? item.span[1] : 0);
    const whole = Math.max(0.01, data.duration, ...ends);
    const place = document.getElementById("timeline");
    const timed = (kind, name, span) => {
      const line = make("div", "row " + kind);
      const track = make("div", "track");
      line.append(make("span", "label", name), track);
      if (!span) return line;
      const bar = make("div", "bar");
      bar.style.left = `${(100 * span[0]) / whole}%`;
      bar.style.width = `${(100 * (span[1] - span[0])) / whole}%`;
      track.append(bar);
      line.append(make("span", "number", `${span[0].toFixed(1)} – ${span[1].toFixed(1)} s`));
      return line;
    };
    data.batches.forEach((batch, number) => {
      const block = make("details", "batch");
      block.open = data.hosts.length <= MANY;
      const gate = batch.gate ? `, health check ${batch.gate}` : "";
      const hosts = counted(batch.hosts.length, "host");
      block.append(make("summary", "", `batch ${number + 1}: ${hosts}${gate}`));
      if (batch.detail) block.append(make("p", "dim", batch.detail));
      block.append(timed("whole", "whole batch", batch.span));
      for (const name of batch.hosts) {
        const host = byName.get(name);
        if (host) block.append(timed(host.status, name, host.span));
      }
      place.append(block);
    });
  };

  for (const button of document.querySelectorAll("#totals button")) {
    button.addEventListener("click", () => {
      wanted = wanted === button.dataset.status ? "" : button.dataset.status;
      for (const other of document.querySelectorAll("#totals button")) {
        other.setAttribute("aria-pressed", String(other.dataset.status === wanted));
      }
      update();
    });
  }
  let timer;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(update, 120); });
  everything.addEventListener("change", update);
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  timeline();
  update();
})();
