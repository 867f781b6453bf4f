/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One member of a rule's `where`: what it looks at and the test it makes. A rule may select many
 * calls, and the same name stands at another place in each (flags of open and of openat), so a
 * condition has a place for each number that the rule selects.
 */
#pragma once

#include "rules/address-pattern.h"
#include "rules/argument-cube.h"

typedef enum ConditionSubject {
        SUBJECT_INTEGER, /* registers */
        SUBJECT_ACCESS,  /* open flags, wherever the call has them */
        SUBJECT_PATH,    /* where path arguments lead to */
        SUBJECT_STRING,  /* a string that is no path */
        SUBJECT_ADDRESS, /* socket addresses */
        SUBJECT_FD_PATH, /* what descriptors are open on */
} ConditionSubject;

typedef enum TestKind {
        TEST_ANY,      /* one of the children holds */
        TEST_ALL,      /* all children hold */
        TEST_NOT,      /* the only child does not hold */
        TEST_CONSTANT, /* `value` != 0, whatever the subject is */
        TEST_BITS,     /* (subject & mask) == value */
        TEST_RANGE,    /* low <= subject <= high, unsigned within the width */
        TEST_GLOB,     /* the subject, a path or a string, matches */
        TEST_ADDRESS,  /* the subject, a socket address, is within the pattern */
        TEST_FAMILY,   /* value is the family of the subject, a socket address */
        TEST_PORT,     /* low <= port of the subject <= high */
} TestKind;

typedef struct ConditionTest ConditionTest;
struct ConditionTest {
        TestKind kind;
        uint64_t mask, value; /* BITS; value: CONSTANT, FAMILY */
        uint64_t low, high;   /* RANGE, PORT */
        char *glob;           /* GLOB; owned */
        AddressPattern address;
        ConditionTest **children; /* ANY, ALL, NOT; owned */
        size_t child_count;
};

ConditionTest *condition_test_free(ConditionTest *test);
DEFINE_CLEANUP(ConditionTest *, condition_test_free)
ConditionTest *condition_test_new(TestKind kind);
/* Takes `child` (also on failure). */
int condition_test_add(ConditionTest *test, ConditionTest *child);

/* Whether a path below the directory could pass. */
bool condition_test_reaches_below(const ConditionTest *test, const char *directory);

bool condition_test_integer(const ConditionTest *test, uint64_t value);
bool condition_test_string(const ConditionTest *test, const char *string);
bool condition_test_address(const ConditionTest *test, const SocketName *name);
/* Adds what passes an integer test on argument `index`, exactly. -E2BIG, -ENOMEM. */
int condition_test_cubes(const ConditionTest *test, unsigned index, unsigned width, CubeList *ret);

/* How an argument of one call is compared: the kernel looks at that many low bits of the register,
 * and what a program puts above them must not matter. */
typedef struct ArgumentWidth {
        unsigned bits; /* 16, 32, 64 */
        bool is_signed;
} ArgumentWidth;

struct SyscallEntry;
ArgumentWidth argument_width(const struct SyscallEntry *entry, unsigned index);

typedef struct ConditionPlace {
        uint8_t arguments; /* bit i: argument i is looked at; 0 with a constant test */
        uint8_t width;     /* INTEGER, ACCESS: bits */
        bool memory;       /* needs memory: the kernel cannot judge it */
        uint16_t test;     /* index into `tests` */
} ConditionPlace;

struct RuleCondition {
        char *name; /* as the file has it: "flags", "path", "arg2" */
        char *json; /* its value as the file has it, for writing */
        ConditionSubject subject;
        ConditionPlace *places; /* one for each of the rule's numbers */
        size_t place_count;
        ConditionTest **tests; /* one for each way of reading the value */
        size_t test_count;
};

RuleCondition *rule_condition_free(RuleCondition *condition);
DEFINE_CLEANUP(RuleCondition *, rule_condition_free)
bool rule_conditions_equal(const Rule *a, const Rule *b);

/* Whether the kernel cannot judge the condition for this number of the rule. */
bool rule_condition_needs_memory(const RuleCondition *condition, size_t place);

typedef enum Judgement {
        JUDGEMENT_NO,
        JUDGEMENT_YES,
        JUDGEMENT_UNKNOWN, /* what it needs cannot be read: *ret_error says which refusal */
} Judgement;

/* `every`: with several paths or descriptors all must pass, else one is enough. */
Judgement rule_condition_judge(const RuleCondition *condition, size_t place,
                               const CallRegisters *registers, const CallerView *view, bool every,
                               int *ret_error);
