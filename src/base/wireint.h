/* SPDX-License-Identifier: Apache-2.0 */
/* wireint.h - integers in network byte order as types of their own, so that a missing swap does not compile. */
#pragma once

#include <stdint.h>
#include <string.h>

struct be16 {
	uint8_t octets[2];
};

struct be32 {
	uint8_t octets[4];
};

static inline struct be16 be16_from(uint16_t value) {
	return (struct be16){ { (uint8_t)(value >> 8), (uint8_t)value } };
}

static inline uint16_t be16_value(struct be16 wire) {
	return (uint16_t)(wire.octets[0] << 8 | wire.octets[1]);
}

static inline struct be32 be32_from(uint32_t value) {
	return (struct be32){ { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
				(uint8_t)value } };
}

static inline uint32_t be32_value(struct be32 wire) {
	return (uint32_t)wire.octets[0] << 24 | (uint32_t)wire.octets[1] << 16 | (uint32_t)wire.octets[2] << 8 |
	       wire.octets[3];
}

/* Read four octets at @octets, which need no alignment. */
static inline uint32_t be32_read(const uint8_t *octets) {
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}

static inline uint16_t be16_read(const uint8_t *octets) {
	return (uint16_t)(octets[0] << 8 | octets[1]);
}

static inline void be32_write(uint8_t *octets, uint32_t value) {
	struct be32 wire = be32_from(value);

	memcpy(octets, wire.octets, sizeof wire.octets);
}

static inline void be16_write(uint8_t *octets, uint16_t value) {
	struct be16 wire = be16_from(value);

	memcpy(octets, wire.octets, sizeof wire.octets);
}
