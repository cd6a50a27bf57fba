"""Figures: printed as they come, beside their targets, and kept."""

# Targets: (comparison, bound). They are shown beside the figures.
AT_LEAST, AT_MOST = "≥", "≤"


class Report:
    """Prints figures as they come, and keeps them."""

    def __init__(self):
        self.figures = []

    def figure(self, scenario, name, value, unit, target=None, digits=None):
        if digits is None:
            digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        reached = None
        text = ""
        if target:
            reached = value >= target[1] if target[0] == AT_LEAST else value <= target[1]
            text = f"target {target[0]} {target[1]:,} {'reached' if reached else 'MISSED'}"
        self.figures.append({"scenario": scenario, "name": name, "value": round(value, 4), "shown": f"{value:,.{digits}f}", "unit": unit,
                             "target": f"{target[0]} {target[1]:,}" if target else None, "reached": reached})
        print(f"  {name:<46}{value:>12,.{digits}f} {unit:<12}{text}", flush=True)

    def table(self):
        """The figures as a table of Markdown."""
        lines = ["| scenario | figure | measured | target |", "| --- | --- | ---: | --- |"]
        for figure in self.figures:
            target = "" if figure["target"] is None else figure["target"] + ("" if figure["reached"] else ": missed")
            lines.append(f"| `{figure['scenario']}` | {figure['name']} | {figure['shown']} {figure['unit']} | {target} |")
        return "\n".join(lines)

    def command(self, *lines):
        for line in lines:
            print(f"    $ {line}", flush=True)

    def note(self, text):
        print(f"    {text}", flush=True)


def replace_between(page, name, text):
    """Puts `text` between `<!-- name -->` and the next `<!-- end -->` of a page."""
    old = open(page, encoding="utf-8").read()
    before, begin, rest = old.partition(f"<!-- {name} -->")
    _, end, after = rest.partition("<!-- end -->")
    if not begin or not end:
        raise SystemExit(f"{page} has no `<!-- {name} -->` and `<!-- end -->`")
    with open(page, "w", encoding="utf-8") as file:
        file.write(f"{before}{begin}\n{text}\n{end}{after}")
