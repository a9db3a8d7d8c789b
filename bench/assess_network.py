# SPDX-License-Identifier: Apache-2.0
"""A made-up network of any size for bench/assess: threats of all kinds, scenarios of all kinds, classes as an inventory or as tables."""
import random

SEGMENTS = ("radio", "transport", "core", "management", "premises")
EXPOSURES = (("signalling", "management", "supplier"), ("internet",), ("management",), ("customers", "supplier"), ("site", "management"))
HEAD = """[assessment]
question = "How long does it take?"
operator = "Bench"
currency = "EUR"
start = 2027
years = %d
discount = 0.04
subscribers = 30000000
%s
[loss]
subscriber_hour = { low = 0.02, likely = 0.1, high = 0.5 }
record = { low = 1, likely = 5, high = 30 }
redundancy_fails = { low = 0.02, likely = 0.1, high = 0.3 }
"""
THREATS = """[[threat]]
name = "intrusion"
rate = { events = 3, years = 5 }
via = ["internet", "customers", "signalling", "management"]
hits = "component"
susceptibility = { low = 0.02, likely = 0.08, high = 0.25 }
share = { low = 0.02, likely = 0.2, high = 0.8 }
hours = { low = 2, high = 48 }
response = { low = 100000, high = 2000000 }
secondary_chance = { low = 0.05, likely = 0.15, high = 0.4 }
secondary = { low = 500000, high = 20000000 }
[[threat]]
name = "supplier-access"
rate = { events = 0, years = 15 }
per = "supplier"
hits = "supplier"
via = ["supplier"]
susceptibility = { low = 0.05, likely = 0.2, high = 0.6 }
share = { low = 0.1, likely = 0.5, high = 1 }
hours = { low = 4, high = 120 }
[[threat]]
name = "supply-stops"
rate = { low = 0.005, high = 0.08 }
per = "supplier"
hits = "supplier"
evidence = false
once = true
replace = { low = 0.1, likely = 0.3, high = 0.8 }
[[threat]]
name = "flaw-of-a-product"
rate = { events = 2, years = 10 }
hits = "product"
susceptibility = { low = 0.1, likely = 0.3, high = 0.6 }
share = { min = 0.05, max = 0.5 }
hours = { low = 1, high = 12 }
[[threat]]
name = "storm"
rate = { events = 1, years = 10 }
per = "region"
hits = "region"
evidence = false
share = { low = 0.01, likely = 0.05, high = 0.3 }
hours = { low = 2, high = 72 }
[[threat]]
name = "vandals"
rate = { low = 0.000005, high = 0.00005 }
per = "element"
hits = "element"
evidence = false
hours = { low = 4, high = 48 }
replace = 0.5
"""
CHANGE = """[[scenario.%s]]
supplier = "S%d"
with = "S%d"
product = "P%d"
%slead = { low = 3, likely = 6, high = 12 }
months = { low = 18, likely = 30, high = 60 }
overrun = { low = 0.9, likely = 1.1, high = 2 }
"""


def scenario(i, suppliers):
	"""Of number i, from 1: replace, cap, freeze, controls by turns."""
	kind = ("replace", "cap", "freeze", "apply")[i % 4]
	out = '[[scenario]]\nname = "%s %d"\n' % (kind, i)
	if kind == "apply":
		return out + '[[scenario.apply]]\ncontrol = "k"\nsuppliers = ["S%d", "S%d"]\n' % (i % suppliers, (i + 1) % suppliers)
	share = "share = 0.1\n" if kind == "cap" else ""
	return out + CHANGE % (kind, i % suppliers, (i + 7) % suppliers, (i + 7) % suppliers, share)


def rows(classes, products, suppliers, regions):
	"""Each class as a dictionary of what an inventory has."""
	chance = random.Random(5)
	for i in range(classes):
		product = i % products
		yield {
			"name": "class %d" % i, "supplier": "S%d" % (product % suppliers), "product": "P%d" % product, "version": "%d.1" % (product % 7),
			"segment": SEGMENTS[product % len(SEGMENTS)], "region": "R%d" % chance.randrange(regions), "count": chance.randrange(1, 60),
			"subscribers": chance.randrange(30000), "exposure": EXPOSURES[product % len(EXPOSURES)],
			"redundancy": chance.choice(("none", "none", "same", "diverse")), "age": chance.randrange(10), "life": 10,
			"replacement": (20000 + 100 * product, 40000 + 200 * product, 90000 + 300 * product)}


def as_toml(row):
	out = "[[class]]\n"
	for key, value in row.items():
		if key == "replacement":
			out += "replacement = { low = %d, likely = %d, high = %d }\n" % value
		elif key == "exposure":
			out += "exposure = [%s]\n" % ", ".join('"%s"' % e for e in value)
		else:
			out += "%s = %s\n" % (key, '"%s"' % value if isinstance(value, str) else value)
	return out


def as_csv(all_rows):
	out = "name,supplier,product,version,segment,region,count,subscribers,exposure,redundancy,age,life,replacement_low,replacement_likely,replacement_high\n"
	for row in all_rows:
		cells = [";".join(v) if k == "exposure" else str(v) for k, v in row.items() if k != "replacement"]
		out += ",".join(cells + [str(v) for v in row["replacement"]]) + "\n"
	return out


def write(folder, classes=10000, scenarios=12, years=10, inventory=False, products=300, suppliers=40, regions=20):
	"""Writes network.toml (and inventory.csv) into a folder, and answers with its path. Accept is one of the scenarios."""
	text = HEAD % (years, 'inventory = ["inventory.csv"]\n' if inventory else "")
	text += "".join('[[supplier]]\nname = "S%d"\n' % i + ('parent = "S%d"\n' % (i - 1) if i % 10 == 9 else "") for i in range(suppliers))
	text += "".join('[[segment]]\nname = "%s"\n' % s for s in SEGMENTS)
	text += THREATS + '[[control]]\nname = "k"\neffect = { low = 0.3, likely = 0.8, high = 1.5 }\ncost = 1000000\nmonths = 6\n'
	all_rows = list(rows(classes, products, suppliers, regions))
	if inventory:
		(folder / "inventory.csv").write_text(as_csv(all_rows))
	else:
		text += "".join(as_toml(r) for r in all_rows)
	text += "".join(scenario(i, suppliers) for i in range(1, scenarios))
	path = folder / "network.toml"
	path.write_text(text)
	return path
