/* SPDX-License-Identifier: Apache-2.0 */
#include "json/survey.h"

#include "json/json.h"

static json_t *findings_json(const struct lease_survey *survey) {
	json_t *findings = json_array();

	for (enum inconsistency kind = 0; kind < INCONSISTENCY_COUNT; kind++) {
		const struct inconsistency_info *info = inconsistency_info_get(kind);

		if (survey->n_found[kind])
			json_array_append_new(findings, json_pack("{s:s,s:I,s:s}", "kind", info->word, "count",
								  (json_int_t)survey->n_found[kind], "description",
								  info->description));
	}
	return findings;
}

json_t *survey_json(const struct lease_survey *survey) {
	json_t *object = json_object();

	json_object_set_new(object, "sound", json_boolean(is_lease_survey_sound(survey)));
	json_object_set_new(object, "damaged", json_boolean(survey->is_damaged));
#define SURVEY_NUMBER(field, key) json_set_integer(object, key, (int64_t)survey->field);
#include "store/survey_number.def"
#undef SURVEY_NUMBER
	json_object_set_new(object, "findings", findings_json(survey));
	json_set_code(object, survey->error.code);
	json_set_text(object, "reason", survey->error.code ? survey->error.text : "");
	return object;
}
