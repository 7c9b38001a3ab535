//! From rules as people write them to rules of the model.

use std::sync::Arc;

use conax_contract::fault::{
    ActionSpec, EntrySpec, PhaseSpec, RuleSpec, ScriptSpec, SelectorSpec, ShapeSpec, SharingSpec,
    TlsSpec, WhatSpec,
};
use conax_model::fault::{
    Action, AnswerFault, CommandFault, ConnectFault, Cycle, DelayShape, Effect, End, Entry,
    FaultRule, Pattern, Per, Phase, RuleId, Script, Selector, Throttle, TlsFault, What,
};
use conax_model::time::SimTime;

/// A rule of the model; `name` is its name if it has none of its own.
#[must_use]
pub fn rule(spec: &RuleSpec, name: &str) -> FaultRule {
    FaultRule {
        id: RuleId::new(spec.name.as_deref().unwrap_or(name)),
        selector: selector(&spec.selector),
        script: script(&spec.script),
        per: match spec.per {
            SharingSpec::Exchange => Per::Exchange,
            SharingSpec::Attempt => Per::Attempt,
            SharingSpec::Command => Per::Command,
        },
        times: spec.times,
        ttl: spec.ttl,
        paused: spec.paused,
    }
}

fn selector(spec: &SelectorSpec) -> Selector {
    let pattern = |text: &Option<String>| text.as_deref().map(Pattern::new);
    Selector {
        kinds: spec.commands.clone(),
        card: pattern(&spec.card),
        product: pattern(&spec.product),
        module: pattern(&spec.module),
        subscription: pattern(&spec.subscription),
        priority: spec.priority,
        request: spec.request,
        from: spec.from.map(SimTime::from_calendar),
        until: spec.until.map(SimTime::from_calendar),
        cycle: spec.cycle.map(|cycle| Cycle {
            on: cycle.on,
            off: cycle.off,
        }),
        above: spec.above,
        above_on_connection: spec.above_on_connection,
        probability: spec.probability,
        every: spec.every,
        after: spec.after,
        first: spec.first,
    }
}

fn script(spec: &ScriptSpec) -> Script {
    let all = |entries: &[EntrySpec]| entries.iter().map(entry).collect();
    match spec {
        ScriptSpec::Always(one) => Script::Always(entry(one)),
        ScriptSpec::Sequence(entries) => Script::Sequence(all(entries)),
        ScriptSpec::Circle(entries) => Script::Circle(all(entries)),
    }
}

/// An entry of the model.
#[must_use]
pub fn entry(spec: &EntrySpec) -> Entry {
    Entry {
        title: Arc::from(spec.title.as_str()),
        actions: spec.actions.iter().map(action).collect(),
    }
}

fn action(spec: &ActionSpec) -> Action {
    Action {
        phase: match spec.phase {
            PhaseSpec::Connect => Phase::Connect,
            PhaseSpec::BeforeApply => Phase::BeforeApply,
            PhaseSpec::AfterApply => Phase::AfterApply,
        },
        what: what(&spec.what),
    }
}

fn what(spec: &WhatSpec) -> What {
    match spec {
        WhatSpec::Delay(delay) => What::Delay(shape(delay)),
        WhatSpec::Refuse => What::Connect(ConnectFault::Refused),
        WhatSpec::NoRoute => What::Connect(ConnectFault::NoRoute),
        WhatSpec::ConnectTimeout => What::Connect(ConnectFault::TimedOut),
        WhatSpec::Tls(fault) => What::Connect(ConnectFault::Tls(match fault {
            TlsSpec::Expired => TlsFault::Expired,
            TlsSpec::SelfSigned => TlsFault::SelfSigned,
            TlsSpec::WrongHost => TlsFault::WrongHost,
            TlsSpec::ClientCertificate => TlsFault::ClientCertificate,
        })),
        WhatSpec::Silence
        | WhatSpec::Reset
        | WhatSpec::HangUp
        | WhatSpec::Http { .. }
        | WhatSpec::SoapFault { .. }
        | WhatSpec::Reject { .. } => What::End(end(spec)),
        WhatSpec::FalseOk => What::Effect(Effect::FalseOk),
        WhatSpec::Twice => What::Effect(Effect::Twice),
        WhatSpec::Swap => What::Effect(Effect::Swap),
        WhatSpec::Late(delay) => What::Effect(Effect::Late(*delay)),
        WhatSpec::Stale(age) => What::Effect(Effect::Stale(*age)),
        WhatSpec::Partial(count) => What::Effect(Effect::Partial(*count)),
        WhatSpec::Lose(time) => What::Command(CommandFault::Lose(*time)),
        WhatSpec::EmmLag(lag) => What::Command(CommandFault::EmmLag(*lag)),
        WhatSpec::ClockSkew(millis) => What::Command(CommandFault::ClockSkew(*millis)),
        WhatSpec::ConsoleCancel => What::Command(CommandFault::ConsoleCancel),
        WhatSpec::Throttle {
            per_second,
            burst,
            rejects,
        } => What::Throttle(Throttle {
            per_second: *per_second,
            burst: *burst,
            rejects: *rejects,
        }),
        answer => What::Answer(answer_fault(answer)),
    }
}

fn end(spec: &WhatSpec) -> End {
    match spec {
        WhatSpec::Reset => End::Reset,
        WhatSpec::HangUp => End::HangUp,
        WhatSpec::Http {
            status,
            content_type,
            body,
        } => End::Http {
            status: *status,
            content_type: content_type.clone(),
            body: body.clone(),
        },
        WhatSpec::SoapFault { code, string } => End::SoapFault {
            code: code.clone(),
            string: string.clone(),
        },
        WhatSpec::Reject { cause, message } => End::Reject {
            cause: *cause,
            message: message.clone(),
        },
        _ => End::Silence,
    }
}

fn answer_fault(spec: &WhatSpec) -> AnswerFault {
    match spec {
        WhatSpec::Cut(share) => AnswerFault::Cut(*share),
        WhatSpec::Trickle(pace) => AnswerFault::Trickle(*pace),
        WhatSpec::Encoding(name) => AnswerFault::Encoding(name.clone()),
        WhatSpec::ByteOrderMark => AnswerFault::ByteOrderMark,
        WhatSpec::NoTransactionId => AnswerFault::NoTransactionId,
        WhatSpec::RepeatedTransactionId => AnswerFault::RepeatedTransactionId,
        WhatSpec::ForeignTransactionId => AnswerFault::ForeignTransactionId,
        WhatSpec::NoStatus => AnswerFault::NoStatus,
        WhatSpec::UnknownStatus(text) => AnswerFault::UnknownStatus(text.clone()),
        _ => AnswerFault::Garble,
    }
}

fn shape(spec: &ShapeSpec) -> DelayShape {
    match spec {
        ShapeSpec::Fixed(delay) => DelayShape::Fixed(*delay),
        ShapeSpec::Uniform(from, to) => DelayShape::Uniform {
            from: *from,
            to: *to,
        },
        ShapeSpec::Normal(mean, deviation) => DelayShape::Normal {
            mean: *mean,
            deviation: *deviation,
        },
        ShapeSpec::LogNormal(median, sigma) => DelayShape::LogNormal {
            median: *median,
            sigma: *sigma,
        },
        ShapeSpec::Exponential(mean) => DelayShape::Exponential { mean: *mean },
        ShapeSpec::Pareto(min, alpha) => DelayShape::Pareto {
            min: *min,
            alpha: *alpha,
        },
        ShapeSpec::Weibull(scale, shape) => DelayShape::Weibull {
            scale: *scale,
            shape: *shape,
        },
        ShapeSpec::Empirical(delays) => DelayShape::Empirical(delays.clone()),
        ShapeSpec::Ramp(from, to, over) => DelayShape::Ramp {
            from: *from,
            to: *to,
            over: *over,
        },
    }
}
