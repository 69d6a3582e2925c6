/* Single-decree Paxos, as in impl/paxos.py and model_check/models/paxos.py: NODES nodes, of which
 * the first PROPOSERS are each asked once for one of VALUES values and have one ballot each
 * (node b owns ballot b; a retry would be out of bounds). Unordered network, each message at
 * most once; one that its receiver takes no notice of stays in flight. Built by benchmarks/spin.py.
 *
 * One step of the explorer is one d_step here, and one state one state: nodes=3, 2 values:
 * 353 ** PROPOSERS, 1 value: 177 ** PROPOSERS. Spin also counts entering the initial state as a
 * transition: one more than the explorer.
 *
 * Written for speed. The state is in bit fields, ordered so that they fill words: with -DNOVSZ
 * the state vector of 3 nodes, 3 proposers and 2 values has 20 bytes, Spin's own 7 included.
 * Every possible delivery is an option of its own, so that all masks are constants. The variables
 * are global because Spin addresses those directly, and the process is one because more only
 * lengthen the vector.
 *
 * The fields are those of the Python states, except where one is a function of the others:
 * - All Accepts of a ballot carry the value that its proposer chose, and so do the Accepted:
 *   it is kept once, as proposal_b, which is 0 until then (not asked_for_votes).
 * - Promises and votes are counted, not kept by node: no node sends a second one in a ballot.
 * - Of the votes promised a proposer keeps the highest, the only one it will look at.
 * - A Promise in ballot 1 reports no vote: there is none below. Nor does the history of decisions
 *   exist apart from decided_b, which nothing ever resets.
 */
#ifndef NODES
#define NODES 3
#endif
#ifndef PROPOSERS
#define PROPOSERS 3
#endif
#ifndef VALUES
#define VALUES 2
#endif

/* --- names and sizes ---------------------------------------------------------------------- */

#define QUORUM_BUT_ONE 1 /* a majority of two or three nodes is two */
#define COUNT_BITS 1     /* of 0 .. QUORUM_BUT_ONE */
#define BALLOT_BITS 2    /* ballots 1 .. PROPOSERS, 0: none */

/* A value is 1 .. VALUES, 0: none. A vote is numbered so that a higher ballot is higher. */
#if VALUES == 1
#define VALUE_BITS 1
#define VOTE_BITS 2         /* of votes in any ballot */
#define VOTE_BELOW_2_BITS 1 /* of votes in ballot 1 */
#define VOTE_BELOW_3_BITS 2 /* of votes in ballots 1 and 2 */
#define VOTE(b, value) (b)
#define VALUE_OF(vote) 1
#elif VALUES == 2
#define VALUE_BITS 2
#define VOTE_BITS 3
#define VOTE_BELOW_2_BITS 2
#define VOTE_BELOW_3_BITS 3
#define VOTE(b, value) (2 * ((b) - 1) + (value))
#define VALUE_OF(vote) (2 - ((vote) & 1))
#endif

#if NODES == 2
#define EACH_NODE(macro, b) macro(b, 1) macro(b, 2)
#elif NODES == 3
#define EACH_NODE(macro, b) macro(b, 1) macro(b, 2) macro(b, 3)
#endif

#if PROPOSERS == 1
#define EACH_BALLOT(macro) macro(1)
#elif PROPOSERS == 2
#define EACH_BALLOT(macro) macro(1) macro(2)
#elif PROPOSERS == 3
#define EACH_BALLOT(macro) macro(1) macro(2) macro(3)
#endif

#define EVERYONE ((1 << NODES) - 1)
#define ADD(set, node) set = set | (1 << (node - 1))
#define REMOVE(set, node) set = set & ~(1 << (node - 1))
#define HAS(set, node) (set & (1 << (node - 1)))

/* --- the state ---------------------------------------------------------------------------- */

#define ACCEPTOR(a) \
    unsigned promised_##a : BALLOT_BITS; /* the highest ballot promised */ \
    unsigned vote_##a : VOTE_BITS;       /* the last vote cast */

#define BALLOT(b) \
    unsigned prepare_##b : NODES;       /* in flight: Prepare to these nodes */ \
    unsigned promise_##b : NODES;       /* in flight: Promise from these nodes */ \
    unsigned accept_##b : NODES;        /* in flight: Accept to these nodes */ \
    unsigned accepted_##b : NODES;      /* in flight: Accepted from these nodes */ \
    unsigned own_##b : VALUE_BITS;      /* the value that the proposer was asked for */ \
    unsigned proposal_##b : VALUE_BITS; /* the value that it asks the acceptors to vote for */ \
    unsigned decided_##b : VALUE_BITS;  /* the value that it knows is chosen */ \
    unsigned promises_##b : COUNT_BITS; /* promises received, 0 from the quorum on */ \
    unsigned votes_##b : COUNT_BITS;    /* votes received, 0 from the quorum on */

#define REPORT(b, a) \
    unsigned report_##b##_##a : VOTE_BELOW_##b##_BITS; /* the vote in the Promise in flight */

#define LATER_BALLOT(b) \
    BALLOT(b) \
    unsigned highest_##b : VOTE_BELOW_##b##_BITS; /* the highest vote promised so far */ \
    EACH_NODE(REPORT, b)

ACCEPTOR(1)
#if PROPOSERS >= 3
LATER_BALLOT(3)
#endif
#if PROPOSERS >= 2
LATER_BALLOT(2)
#endif
BALLOT(1)
ACCEPTOR(2)
#if NODES >= 3
ACCEPTOR(3)
#endif

/* --- the steps ---------------------------------------------------------------------------- */

/* Paxos.request: a client asks node b for a value. Had the node promised a higher ballot, its
 * next one would be out of bounds (Paxos.next_ballot). */
#define REQUEST(b, value) \
    :: d_step { \
        own_##b == 0 && promised_##b <= b -> \
        own_##b = value; \
        prepare_##b = EVERYONE }

/* Paxos.on_prepare: promise, and report the last vote cast. */
#define ON_PREPARE(b, a) \
    :: d_step { \
        HAS(prepare_##b, a) && promised_##a < b -> \
        REMOVE(prepare_##b, a); \
        promised_##a = b; \
        REPORT_VOTE_##b(a) \
        ADD(promise_##b, a) }
#define REPORT_VOTE_1(a)
#define REPORT_VOTE_2(a) report_2_##a = vote_##a;
#define REPORT_VOTE_3(a) report_3_##a = vote_##a;

/* Paxos.on_promise: with a quorum of promises, ask every acceptor for its vote. */
#define ON_PROMISE(b, a) \
    :: d_step { \
        HAS(promise_##b, a) && proposal_##b == 0 -> \
        REMOVE(promise_##b, a); \
        HEAR_VOTE_##b(a) \
        if \
        :: promises_##b == QUORUM_BUT_ONE -> \
            CHOOSE_VALUE_##b \
            promises_##b = 0; \
            accept_##b = EVERYONE \
        :: else -> promises_##b++ \
        fi }
#define HEAR_VOTE_1(a)
#define HEAR_VOTE_2(a) HEAR_VOTE(2, a)
#define HEAR_VOTE_3(a) HEAR_VOTE(3, a)
#define HEAR_VOTE(b, a) \
        if \
        :: report_##b##_##a > highest_##b -> highest_##b = report_##b##_##a \
        :: else \
        fi; \
        report_##b##_##a = 0;
/* Paxos.value_to_propose: the value of the highest vote promised, or one's own. */
#define CHOOSE_VALUE_1 proposal_1 = own_1;
#define CHOOSE_VALUE_2 CHOOSE_VALUE(2)
#define CHOOSE_VALUE_3 CHOOSE_VALUE(3)
#define CHOOSE_VALUE(b) \
            if \
            :: highest_##b -> proposal_##b = VALUE_OF(highest_##b); highest_##b = 0 \
            :: else -> proposal_##b = own_##b \
            fi;

/* Paxos.on_accept: vote, and tell the proposer. */
#define ON_ACCEPT(b, a) \
    :: d_step { \
        HAS(accept_##b, a) && promised_##a <= b -> \
        REMOVE(accept_##b, a); \
        promised_##a = b; \
        vote_##a = VOTE(b, proposal_##b); \
        ADD(accepted_##b, a) }

/* Paxos.on_accepted: decide once a quorum has voted; nobody may have decided otherwise. */
#define ON_ACCEPTED(b, a) \
    :: d_step { \
        HAS(accepted_##b, a) && decided_##b == 0 -> \
        REMOVE(accepted_##b, a); \
        if \
        :: votes_##b == QUORUM_BUT_ONE -> \
            votes_##b = 0; \
            decided_##b = proposal_##b; \
            assert(AGREEMENT(proposal_##b)) \
        :: else -> votes_##b++ \
        fi }
#define AGREES(b, value) (decided_##b == 0 || decided_##b == value)
#if PROPOSERS == 1
#define AGREEMENT(value) AGREES(1, value)
#elif PROPOSERS == 2
#define AGREEMENT(value) AGREES(1, value) && AGREES(2, value)
#else
#define AGREEMENT(value) AGREES(1, value) && AGREES(2, value) && AGREES(3, value)
#endif

#if VALUES == 1
#define REQUESTS(b) REQUEST(b, 1)
#else
#define REQUESTS(b) REQUEST(b, 1) REQUEST(b, 2)
#endif
#define PREPARES(b) EACH_NODE(ON_PREPARE, b)
#define PROMISES(b) EACH_NODE(ON_PROMISE, b)
#define ACCEPTS(b) EACH_NODE(ON_ACCEPT, b)
#define ACCEPTEDS(b) EACH_NODE(ON_ACCEPTED, b)

active proctype everything()
{
end: /* quiescence is no deadlock */
    do
    EACH_BALLOT(REQUESTS)
    EACH_BALLOT(PREPARES)
    EACH_BALLOT(PROMISES)
    EACH_BALLOT(ACCEPTS)
    EACH_BALLOT(ACCEPTEDS)
    od
}
