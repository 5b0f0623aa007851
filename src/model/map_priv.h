/* SPDX-License-Identifier: Apache-2.0 */
/* map_priv.h - the meaning of one entry, before it is known how it stands to the others.
 *
 * map_entry reads the values of an entry, each on its own; the files snapshot_*.c then find each object's parent,
 * settle contradictions between objects, and hand down what is inherited.
 * Two arenas: what a snapshot keeps, and what only its building needs.
 */
#pragma once

#include "base/macros.h"
#include "model/snapshot.h"

#define OBJECT_CLAIMS_MAX 3

struct claim;

/* One entry of a class of ours. Lives in the scratch arena; strings and the contents of option sets in the kept one. */
struct map_object {
	const struct entry *entry;
	enum schema_class class;
	size_t order; /* among all objects, as the entries were given */
	const char *dn;
	const char *key; /* the normalized DN; scratch */
	const char *cn;
	const char *name;                        /* lessorName, "" if none */
	bool is_bad;                             /* has a finding: no part of it is used */
	unsigned settings_given;                 /* a bit for each setting that stands on this entry */
	struct settings settings;                /* those; for root and site later with all that they inherit */
	struct option_set options;               /* the same */
	struct map_object *parent;               /* the nearest entry of ours above it, NULL if there is none */
	struct scope *scope;                     /* of a scope, else NULL */
	struct reservation *reservation;         /* of a reservation, else NULL */
	struct claim *claims[OBJECT_CLAIMS_MAX]; /* on what only one object may have */
	size_t n_claims;
	size_t n_children; /* good reservations of a scope */
};

struct map_finding {
	struct finding finding;
	struct map_finding *next;
};

struct map_rule;

/* Embedded: the state of one build. */
struct map {
	struct arena *keep;
	struct arena *scratch;
	const struct map_rule *rules[CLASS_COUNT][ATTRIBUTE_COUNT]; /* for each class, NULL behind the last */
	struct map_finding *first_finding;
	struct map_finding **last_link;
	size_t n_findings;
};

/* Start a build whose results go to @keep; @scratch may be freed after it. */
void map_init(struct map *ret_map, struct arena *keep, struct arena *scratch);

/* Give @entry its meaning; values that have none become findings. NULL if its class is not one of ours. */
struct map_object *map_entry(struct map *map, const struct entry *entry, size_t order);

/* Note that @object is left out because of @attribute ("": as a whole). */
void map_report(struct map *map, struct map_object *object, const char *attribute, enum error_code code,
		const char *format, ...) PRINTF_LIKE(5, 6);

/* Note that @object is left out only because the entry above it is. */
void map_report_consequence(struct map *map, struct map_object *object, enum error_code code, const char *reason);

/* Put all findings into one array in the kept arena. */
void map_finish(struct map *map, struct findings *ret_findings);

/* The objects of a build. Lives in the scratch arena. */
struct map_objects {
	struct map_object **items; /* as the entries were given */
	size_t n_items;
};

/* snapshot_tree.c: find the parent of each object; one whose parent is missing or of the wrong class is left out
 * later. */
void tree_link(struct map *map, const struct map_objects *objects);

/* snapshot_judge.c: leave out what contradicts what was given before it, and what stands below something left out. */
void judge_objects(struct map *map, const struct map_objects *objects);

/* snapshot_inherit.c: put the values of @near over those of @wide. Sets are shared where one side is empty. */
struct option_set inherit_options(struct arena *keep, struct option_set wide, struct option_set near);
struct settings inherit_settings(const struct settings *wide, const struct map_object *near);
struct settings inherit_defaults(void);
