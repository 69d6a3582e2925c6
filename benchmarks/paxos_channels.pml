/* Single-decree Paxos: the state space of paxos.pml, step by step and state by state, but written
 * as one writes Promela without an eye on speed. What is modelled is said there: the bounds, the
 * network, the number of states and the one transition more than the explorer's. Built by
 * benchmarks/spin.py.
 *
 * One process per node, one inbox per process, fields and messages as in impl/paxos.py. An inbox
 * is unordered: a sorted send makes its content canonical, a random receive takes any message of
 * it. Spin's random receive takes the first that matches, so there must be an option for each:
 * those to an acceptor differ in their ballot, those to a proposer in their sender.
 *
 * As is usual in Promela, promises and votes are counted, and of the votes promised only the
 * highest is kept; no node sends a second one in a ballot. All this is forgotten as soon as the
 * Python forgets it: what nobody reads again would only tell equal states apart.
 * The state vector of 3 nodes and 3 proposers has 204 bytes; that of paxos.pml has 20.
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

#define QUORUM (NODES / 2 + 1)
/* Two messages of each other proposer; of its own ballot, the promises that came too late for
 * the quorum and a vote of each. Spin reports an error if an inbox overflows. */
#define INBOX (2 * (PROPOSERS - 1) + (NODES - QUORUM) + NODES)

mtype = { PREPARE, PROMISE, ACCEPT, ACCEPTED };

typedef Vote {
    byte ballot; /* 1 .. PROPOSERS, 0: none */
    byte value   /* 1 .. VALUES, 0: none */
}

/* Kind, sender, ballot; then a vote (PROMISE) or 0 and a value (ACCEPT, ACCEPTED) or zeros. */
chan inbox[NODES] = [INBOX] of { mtype, byte, byte, byte, byte };
byte decided[NODES]; /* global, for all to agree on */

/* Scratch variables of a step; hidden, they are no part of the state. */
hidden byte i;
hidden byte source;
hidden byte value;
hidden byte vote_ballot;

#define ME _pid             /* 0 .. NODES - 1 */
#define MY_BALLOT (_pid + 1) /* the only one in bounds */

inline broadcast(kind, b, v)
{
    for (i : 0 .. NODES - 1) {
        inbox[i]!!kind, ME, b, 0, v
    };
    i = 0 /* Spin does not let a d_step end in a loop */
}

/* Paxos.request: a client asks for a value. Had the node promised a higher ballot, its next one
 * would be out of bounds (Paxos.next_ballot). */
inline request(v)
{
    d_step {
        ME < PROPOSERS && ballot == 0 && promised <= MY_BALLOT ->
        ballot = MY_BALLOT;
        own = v;
        broadcast(PREPARE, ballot, 0)
    }
}

/* Paxos.on_prepare: promise, and report the last vote cast. */
inline on_prepare(b)
{
    d_step {
        promised < b && inbox[ME]??[PREPARE, _, b, _, _] ->
        inbox[ME]??PREPARE, source, b, _, _;
        promised = b;
        inbox[source]!!PROMISE, ME, b, accepted.ballot, accepted.value
    }
}

/* Paxos.on_promise: with a quorum of promises, ask every acceptor for its vote. */
inline on_promise(from)
{
    d_step {
        !asked_for_votes && inbox[ME]??[PROMISE, from, eval(ballot), _, _] ->
        inbox[ME]??PROMISE, from, eval(ballot), vote_ballot, value;
        promises++;
        if
        :: vote_ballot > highest.ballot ->
            highest.ballot = vote_ballot;
            highest.value = value
        :: else
        fi;
        if
        :: promises == QUORUM ->
            /* Paxos.value_to_propose: the value of the highest vote promised, or one's own. */
            value = (highest.ballot > 0 -> highest.value : own);
            promises = 0;
            highest.ballot = 0;
            highest.value = 0;
            asked_for_votes = true;
            broadcast(ACCEPT, ballot, value)
        :: else
        fi
    }
}

/* Paxos.on_accept: vote, and tell the proposer. */
inline on_accept(b)
{
    d_step {
        promised <= b && inbox[ME]??[ACCEPT, _, b, _, _] ->
        inbox[ME]??ACCEPT, source, b, _, value;
        promised = b;
        accepted.ballot = b;
        accepted.value = value;
        inbox[source]!!ACCEPTED, ME, b, 0, value
    }
}

/* Paxos.on_accepted: decide once a quorum has voted; nobody may have decided otherwise. */
inline on_accepted(from)
{
    d_step {
        decided[ME] == 0 && inbox[ME]??[ACCEPTED, from, eval(ballot), _, _] ->
        inbox[ME]??ACCEPTED, from, eval(ballot), _, value;
        votes++;
        if
        :: votes == QUORUM ->
            votes = 0;
            decided[ME] = value;
            for (i : 0 .. NODES - 1) {
                assert(decided[i] == 0 || decided[i] == value)
            };
            i = 0
        :: else
        fi
    }
}

active [NODES] proctype node()
{
    /* The acceptor. */
    byte promised; /* the highest ballot promised */
    Vote accepted; /* the last vote cast */
    /* The proposer. */
    byte ballot; /* 0 until asked for a value */
    byte own;    /* the value asked for */
    byte promises;
    Vote highest; /* the highest vote promised */
    bool asked_for_votes;
    /* The learner. */
    byte votes;

end: /* quiescence is no deadlock */
    do
    :: request(1)
#if VALUES >= 2
    :: request(2)
#endif
    :: on_prepare(1)
    :: on_accept(1)
#if PROPOSERS >= 2
    :: on_prepare(2)
    :: on_accept(2)
#endif
#if PROPOSERS >= 3
    :: on_prepare(3)
    :: on_accept(3)
#endif
    :: on_promise(0)
    :: on_accepted(0)
    :: on_promise(1)
    :: on_accepted(1)
#if NODES >= 3
    :: on_promise(2)
    :: on_accepted(2)
#endif
    od
}
