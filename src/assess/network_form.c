/* SPDX-License-Identifier: Apache-2.0 */
/* Every field of a network file. docs/network-file.md and the JSON schema are made from these tables. */
#include <math.h>
#include <stddef.h>

#include "assess/network.h"

const char *const as_exposure_words[] = { "internet", "customers", "signalling", "management",
	"site", "supplier", NULL };
const char *const as_hit_words[] = { "element", "product", "component", "supplier", "region", "all",
	NULL };
const char *const as_per_words[] = { "operator", "supplier", "product", "region", "element", NULL };
const char *const as_redundancy_words[] = { "none", "same", "diverse", NULL };

#define MONEY .low = 0, .high = INFINITY
#define SHARE .low = 0, .high = 1
#define AT(type, member) .at = offsetof(type, member)

enum {
	LOG_ODDS_MOST = 10,
	HOURS_MOST = 100000,
	MONTHS_MOST = 600,
	FACTOR_MOST = 100,
	YEAR_LEAST = 2000,
	YEAR_MOST = 2200,
	DEFAULT_START = 2027,
	DEFAULT_YEARS = 8
};

static const as_blank question_fields[] = {
	{ "question", AS_BLANK_TEXT, AT(as_question, question), .needed = true,
		.what = "what is to be decided, as a question" },
	{ "operator", AS_BLANK_TEXT, AT(as_question, operator), .needed = true,
		.what = "whose network it is" },
	{ "currency", AS_BLANK_TEXT, AT(as_question, currency), .needed = true,
		.what = "what all money is in, such as EUR" },
	{ "start", AS_BLANK_WHOLE, AT(as_question, start), YEAR_LEAST, YEAR_MOST,
		.what = "the first year" },
	{ "years", AS_BLANK_WHOLE, AT(as_question, years), 1, AS_YEARS_MOST,
		.what = "how many years are looked at" },
	{ "discount", AS_BLANK_NUMBER, AT(as_question, discount), SHARE,
		.what = "what later money counts less, a year, as a share" },
	{ "subscribers", AS_BLANK_NUMBER, AT(as_question, subscribers), MONEY,
		.what = "of the operator in all; more cannot lose service" },
	{ "trials", AS_BLANK_WHOLE, AT(as_question, paths), 1, 1e8,
		.what = "paths simulated for each scenario" },
	{ "outer", AS_BLANK_WHOLE, AT(as_question, outer), 1, 1e6,
		.what = "draws of what is not known; paths are shared out among them" },
	{ "inventory", AS_BLANK_TEXTS, AT(as_question, inventory),
		.what = "CSV files with more classes of equipment, one a line" },
};

static void begin_question(void *row)
{
	*(as_question *)row = (as_question){ .start = DEFAULT_START, .years = DEFAULT_YEARS };
}

static const as_blank loss_fields[] = {
	{ "subscriber_hour", AS_BLANK_QUANTITY, AT(as_loss, subscriber_hour), MONEY,
		.what = "money lost for each subscriber and hour without service" },
	{ "record", AS_BLANK_QUANTITY, AT(as_loss, record), MONEY,
		.what = "money lost for each subscriber whose data is lost" },
	{ "redundancy_fails", AS_BLANK_QUANTITY, AT(as_loss, redundancy_fails), SHARE,
		.what = "share of the service that is lost although another element stands by" },
};

static const as_blank segment_fields[] = {
	{ "name", AS_BLANK_TEXT, AT(as_segment, name), .needed = true,
		.what = "such as radio, transport, core, management, premises" },
	{ "delay_month", AS_BLANK_QUANTITY, AT(as_segment, delay_month), MONEY,
		.what = "money lost for each month that its roll-out is late" },
};

static const as_blank supplier_fields[] = {
	{ "name", AS_BLANK_TEXT, AT(as_supplier, name), .needed = true,
		.what = "as the classes call it" },
	{ "aliases", AS_BLANK_TEXTS, AT(as_supplier, aliases), .what = "its other names" },
	{ "parent", AS_BLANK_TEXT, AT(as_supplier, parent),
		.what = "the supplier that owns it: what hits suppliers hits all that one owner "
			"has" },
	{ "country", AS_BLANK_TEXT, AT(as_supplier, country), .what = "where its seat is" },
};

static const as_blank threat_fields[] = {
	{ "name", AS_BLANK_TEXT, AT(as_threat, name), .needed = true, .what = "a short name" },
	{ "what", AS_BLANK_TEXT, AT(as_threat, what), .what = "what happens, in a sentence" },
	{ "rate", AS_BLANK_QUANTITY, AT(as_threat, rate), MONEY, .needed = true,
		.what = "attempts or occurrences a year, from a reference class: { events, years } "
			"of a history, or a range; never from findings" },
	{ "per", AS_BLANK_WORD, AT(as_threat, per), .words = as_per_words,
		.what = "what the rate is stated for" },
	{ "hits", AS_BLANK_WORD, AT(as_threat, hits), .words = as_hit_words,
		.what = "what one occurrence strikes at once" },
	{ "via", AS_BLANK_WORDS, AT(as_threat, via), .words = as_exposure_words,
		.what = "through which exposure it comes; none: any equipment" },
	{ "susceptibility", AS_BLANK_QUANTITY, AT(as_threat, susceptibility), SHARE,
		.what = "share of attempts that succeed against a product of which nothing special "
			"is known" },
	{ "capability", AS_BLANK_QUANTITY, AT(as_threat, capability), SHARE,
		.what = "instead of susceptibility: how able the attackers are, as a percentile" },
	{ "resistance", AS_BLANK_QUANTITY, AT(as_threat, resistance), SHARE,
		.what = "instead of susceptibility: which attackers are withstood, as a "
			"percentile" },
	{ "evidence", AS_BLANK_TRUTH, AT(as_threat, evidence),
		.what = "whether findings move its susceptibility (true where nothing is said)" },
	{ "once", AS_BLANK_TRUTH, AT(as_threat, once),
		.what = "whether it can happen only once to the same" },
	{ "suppliers", AS_BLANK_TEXTS, AT(as_threat, suppliers),
		.what = "only equipment of these" },
	{ "segments", AS_BLANK_TEXTS, AT(as_threat, segments), .what = "only equipment in these" },
	{ "share", AS_BLANK_QUANTITY, AT(as_threat, share), SHARE,
		.what = "share of what is struck that fails (all, where nothing is said)" },
	{ "hours", AS_BLANK_QUANTITY, AT(as_threat, hours), 0, HOURS_MOST,
		.what = "hours out of service" },
	{ "response", AS_BLANK_QUANTITY, AT(as_threat, response), MONEY,
		.what = "money that an occurrence costs by itself" },
	{ "secondary_chance", AS_BLANK_QUANTITY, AT(as_threat, secondary_chance), SHARE,
		.what = "how likely fines, suits and lost customers follow" },
	{ "secondary", AS_BLANK_QUANTITY, AT(as_threat, secondary), MONEY,
		.what = "what these cost then" },
	{ "records", AS_BLANK_QUANTITY, AT(as_threat, records), SHARE,
		.what = "share of the subscribers behind what fails whose data is lost" },
	{ "replace", AS_BLANK_QUANTITY, AT(as_threat, replace), 0, FACTOR_MOST,
		.what = "what must be bought anew, as a share of the price of what fails" },
	{ "risks", AS_BLANK_TEXTS, AT(as_threat, risks),
		.what = "risks of the EU toolbox that it stands for: R1 to R9" },
};

static void begin_threat(void *row) { *(as_threat *)row = (as_threat){ .evidence = true }; }

static const as_blank control_fields[] = {
	{ "name", AS_BLANK_TEXT, AT(as_control, name), .needed = true,
		.what = "a short name; one of those that ship is changed by its name" },
	{ "what", AS_BLANK_TEXT, AT(as_control, what), .what = "what is done" },
	{ "measure", AS_BLANK_TEXT, AT(as_control, measure),
		.what = "measure of the EU toolbox: SM01 to SM08, TM01 to TM11" },
	{ "effect", AS_BLANK_QUANTITY, AT(as_control, effect), 0, LOG_ODDS_MOST,
		.what = "log-odds that it takes off the susceptibility" },
	{ "hours_left", AS_BLANK_QUANTITY, AT(as_control, hours_left), SHARE,
		.what = "share of the time out of service that is left" },
	{ "threats", AS_BLANK_TEXTS, AT(as_control, threats),
		.what = "against these; none: against all that findings move" },
	{ "cost", AS_BLANK_QUANTITY, AT(as_control, cost), MONEY, .what = "money once" },
	{ "unit_cost", AS_BLANK_QUANTITY, AT(as_control, unit_cost), MONEY,
		.what = "money once for each element" },
	{ "yearly", AS_BLANK_QUANTITY, AT(as_control, yearly), MONEY, .what = "money a year" },
	{ "months", AS_BLANK_QUANTITY, AT(as_control, months), 0, MONTHS_MOST,
		.what = "until it is in place" },
};

static const as_blank class_fields[] = {
	{ "name", AS_BLANK_TEXT, AT(as_class, name), .needed = true,
		.what = "of the class of equipment",
		.also = "class|asset|asset name|display name|device name|host name|sys "
			"name|caption|device|node name" },
	{ "supplier", AS_BLANK_TEXT, AT(as_class, supplier), .needed = true,
		.what = "who supplies it",
		.also = "vendor|vendor name|manufacturer|manufacturer name|device type "
			"manufacturer name|make" },
	{ "product", AS_BLANK_TEXT, AT(as_class, product), .needed = true,
		.what = "its product line",
		.also = "model|model name|model id|model number|device type model|hardware|machine "
			"type|device type|product name|type" },
	{ "version", AS_BLANK_TEXT, AT(as_class, version), .what = "of its software",
		.also = "software version|sw version|os version|ios version|firmware "
			"version|firmware|release" },
	{ "dossier", AS_BLANK_TEXT, AT(as_class, dossier),
		.what = "the dossier of that software: a file, relative to this one" },
	{ "image", AS_BLANK_TEXT, AT(as_class, image),
		.what = "or the SHA-256 of its image, to be found among the dossiers of other "
			"classes" },
	{ "verified", AS_BLANK_TRUTH, AT(as_class, verified),
		.what = "whether it was checked that what runs is the build of that dossier" },
	{ "segment", AS_BLANK_TEXT, AT(as_class, segment), .needed = true, .what = "of the network",
		.also = "network segment|layer|domain|device role|role name|role" },
	{ "region", AS_BLANK_TEXT, AT(as_class, region), .what = "where it stands",
		.also = "location name|location|site name|site|site group|area|country" },
	{ "count", AS_BLANK_WHOLE, AT(as_class, count), 1, 1e9,
		.what = "elements (1 where nothing is said)",
		.also = "quantity|qty|number|amount" },
	{ "sites", AS_BLANK_WHOLE, AT(as_class, sites), 0, 1e9,
		.what = "sites that they stand at" },
	{ "subscribers", AS_BLANK_NUMBER, AT(as_class, subscribers), 0, 1e11,
		.what = "served through all of them together", .also = "customers|users" },
	{ "exposure", AS_BLANK_WORDS, AT(as_class, exposure), .words = as_exposure_words,
		.what = "from where it can be reached; not told: nobody knows, which widens the "
			"result" },
	{ "redundancy", AS_BLANK_WORD, AT(as_class, redundancy), .words = as_redundancy_words,
		.what = "whether another element takes over: none, one of the same product, one of "
			"another supplier" },
	{ "admin", AS_BLANK_TEXT, AT(as_class, admin), .what = "who maintains it remotely" },
	{ "age", AS_BLANK_NUMBER, AT(as_class, age), 0, 100, .what = "years" },
	{ "life", AS_BLANK_NUMBER, AT(as_class, life), 0.5, 100,
		.what = "years after which it is renewed anyway" },
	{ "support_ends", AS_BLANK_DATE, AT(as_class, support_ends),
		.what = "day on which its support ends: from then on attempts succeed more easily",
		.also = "end of support|end of support date|support end|eos|eosl" },
	{ "replacement", AS_BLANK_QUANTITY, AT(as_class, replacement), MONEY,
		.what = "money to replace one element by another supplier's, with its installation",
		.also = "replacement cost|unit cost|unit price" },
	{ "renewal", AS_BLANK_QUANTITY, AT(as_class, renewal), MONEY,
		.what = "money to renew one element at the end of its life (as replacement, where "
			"nothing is said)" },
	{ "controls", AS_BLANK_TEXTS, AT(as_class, controls),
		.what = "controls that are in place already" },
};

static void begin_class(void *row) { *(as_class *)row = (as_class){ .age = -1, .count = 1 }; }

static const as_blank change_fields[] = {
	{ "supplier", AS_BLANK_TEXT, AT(as_change, supplier), .needed = true,
		.what = "whose equipment is replaced" },
	{ "segments", AS_BLANK_TEXTS, AT(as_change, segments), .what = "only in these" },
	{ "regions", AS_BLANK_TEXTS, AT(as_change, regions), .what = "only in these" },
	{ "with", AS_BLANK_TEXT, AT(as_change, with), .needed = true,
		.what = "the supplier that comes in" },
	{ "product", AS_BLANK_TEXT, AT(as_change, product), .what = "its product" },
	{ "version", AS_BLANK_TEXT, AT(as_change, version), .what = "and version" },
	{ "dossier", AS_BLANK_TEXT, AT(as_change, dossier),
		.what = "the dossier of what comes in; without one it is not examined" },
	{ "share", AS_BLANK_NUMBER, AT(as_change, share), SHARE,
		.what = "cap: share of the segment's elements that the supplier keeps" },
	{ "by", AS_BLANK_NUMBER, AT(as_change, by), YEAR_LEAST, YEAR_MOST,
		.what = "before when it is to be finished: 2030 (that is, in 2029), or 2030.5" },
	{ "sites_month", AS_BLANK_NUMBER, AT(as_change, sites_month), 0.001, 1e9,
		.what = "elements that can be replaced in a month" },
	{ "months", AS_BLANK_QUANTITY, AT(as_change, months), 0, MONTHS_MOST,
		.what = "or how long it takes in all, once it has begun" },
	{ "lead", AS_BLANK_QUANTITY, AT(as_change, lead), 0, MONTHS_MOST,
		.what = "months until it begins: tender, delivery" },
	{ "cost", AS_BLANK_QUANTITY, AT(as_change, cost), MONEY,
		.what = "money an element (as the class says, where nothing is said)" },
	{ "overrun", AS_BLANK_QUANTITY, AT(as_change, overrun), 0, FACTOR_MOST,
		.what = "factor on that cost" },
	{ "dual", AS_BLANK_QUANTITY, AT(as_change, dual), 0, FACTOR_MOST,
		.what = "cost of running both, as a share of that cost" },
	{ "delay", AS_BLANK_QUANTITY, AT(as_change, delay), 0, MONTHS_MOST,
		.what = "months that the segment's roll-out is late because of it" },
};

static const as_blank apply_fields[] = {
	{ "control", AS_BLANK_TEXT, AT(as_apply, control), .needed = true,
		.what = "which control is put in place" },
	{ "segments", AS_BLANK_TEXTS, AT(as_apply, segments), .what = "only in these" },
	{ "suppliers", AS_BLANK_TEXTS, AT(as_apply, suppliers),
		.what = "only on equipment of these" },
	{ "products", AS_BLANK_TEXTS, AT(as_apply, products), .what = "only on these" },
};

static const as_blank scenario_fields[] = {
	{ "name", AS_BLANK_TEXT, AT(as_scenario, name), .needed = true, .what = "a short name" },
	{ "what", AS_BLANK_TEXT, AT(as_scenario, what), .what = "what is done, in a sentence" },
	{ "replace", AS_BLANK_ROWS, AT(as_scenario, replace), .rows = &as_change_form,
		.what = "equipment replaced early" },
	{ "cap", AS_BLANK_ROWS, AT(as_scenario, cap), .rows = &as_change_form,
		.what = "equipment replaced until the supplier has a share of each segment" },
	{ "freeze", AS_BLANK_ROWS, AT(as_scenario, freeze), .rows = &as_change_form,
		.what = "nothing more is bought: what is renewed anyway comes from another" },
	{ "apply", AS_BLANK_ROWS, AT(as_scenario, apply), .rows = &as_apply_form,
		.what = "controls" },
};

#define FORM(name, struct_name, fields_name, title_text, begin_fn)                                 \
	const as_form as_##name##_form = { .title = title_text,                                    \
		.size = sizeof(struct_name),                                                       \
		.fields = fields_name,                                                             \
		.n = sizeof(fields_name) / sizeof(fields_name[0]),                                 \
		.begin = begin_fn }
FORM(question, as_question, question_fields, "assessment", begin_question);
FORM(loss, as_loss, loss_fields, "loss", NULL);
FORM(segment, as_segment, segment_fields, "segment", NULL);
FORM(supplier, as_supplier, supplier_fields, "supplier", NULL);
FORM(threat, as_threat, threat_fields, "threat", begin_threat);
FORM(control, as_control, control_fields, "control", NULL);
FORM(class, as_class, class_fields, "class", begin_class);
FORM(change, as_change, change_fields, "change", NULL);
FORM(apply, as_apply, apply_fields, "apply", NULL);
FORM(scenario, as_scenario, scenario_fields, "scenario", NULL);
