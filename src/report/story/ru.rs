//! A pod in Russian.

use super::Words;
use super::facts::{Ask, Memory, OffHeap, Offers, Overhead, Place, Python, Why, percent};
use crate::manifest::Object;
use crate::spark::pod::{Count, Pod, Predicted, Quality};

pub(super) const WORDS: Words = Words {
    title,
    heads: [
        "тем, кто пишет и запускает задания",
        "тем, кто отвечает за платформу",
    ],
    memory,
    place,
};

fn title(object: &Object<'_>, one: &Predicted, pod: &Pod) -> String {
    let assumed = if one.assumed {
        "; версия здесь нигде не названа"
    } else {
        ""
    };
    let role = match pod.role {
        "driver" => "драйвер",
        "executor" => "исполнитель",
        "server" => "сервер Connect",
        "master" => "главный узел (master)",
        "worker" => "рабочий узел (worker)",
        other => other,
    };
    format!("{object}: {role} (Spark {}{assumed})", one.version)
}

fn memory(said: &Memory<'_>) -> String {
    match said {
        Memory::Heap(ask, mebibytes) => heap(ask, *mebibytes),
        Memory::DefaultHeap(key, mebibytes) => format!(
            "Размер кучи (`{key}`) не задан, и Spark берёт своё значение по умолчанию, {mebibytes}Mi."
        ),
        Memory::Overhead(said) => overhead(said),
        Memory::OffHeap(said) => off_heap(said),
        Memory::Python(said) => python(said),
        Memory::Narrow { left, wanted } => format!(
            "Лимит оставляет на это {left}Mi, а Spark добавил бы {wanted}Mi: поднимите лимит или уменьшите кучу."
        ),
        Memory::Offers(said) => offers(said),
        Memory::Sum { mebibytes, tasks } => {
            let tasks = match tasks {
                None => String::new(),
                Some(1) => "; задачи работают в ней по одной".to_owned(),
                Some(tasks) => format!("; её делят до {tasks} задач одновременно"),
            };
            format!("Всего получается {mebibytes}Mi{tasks}.")
        }
        Memory::Ends { role, limit } => ends(role, *limit),
    }
}

fn heap(ask: &Ask<'_>, mebibytes: i64) -> String {
    let Some(origin) = ask.origin else {
        return format!("Кучу задаёт `{}`: {mebibytes}Mi.", ask.key);
    };
    match &origin.written {
        Some(written) => format!(
            "Вы запросили {written} на всё (`{}`); оператор оставляет из них на кучу {mebibytes}Mi.",
            origin.field
        ),
        None => format!("Вы запросили кучу в {} — это {mebibytes}Mi.", amount(ask)),
    }
}

fn overhead(said: &Overhead<'_>) -> String {
    const BESIDE: &str = "На всё, что живёт рядом с кучей (накладные расходы),";
    match said {
        Overhead::Set(ask, mebibytes) => format!(
            "{BESIDE} вы сами отвели {} — это {mebibytes}Mi: ни коэффициент, ни минимум Spark в 384Mi тогда не действуют.",
            amount(ask)
        ),
        Overhead::Share {
            mebibytes,
            factor,
            why,
        } => {
            let why = match why {
                Why::Set(ask) => format!("так велит {}", source(ask)),
                Why::Python => {
                    "потому что приложение на Python, а его процессы работают рядом с JVM".into()
                }
                Why::R => {
                    "потому что приложение на R, а его процессы работают рядом с JVM".into()
                }
                Why::Jvm => "это обычная доля для JVM с её потоками, буферами и данными классов".into(),
                Why::Client => {
                    "это доля для JVM, в клиентском режиме она всегда такая".into()
                }
            };
            let percent = percent(factor).replace('.', ",");
            format!("{BESIDE} Spark добавляет {mebibytes}Mi — {percent} % кучи, {why}.")
        }
        Overhead::Least(from, mebibytes) => format!(
            "{BESIDE} Spark добавляет {mebibytes}Mi, свой минимум{}: доля от кучи вышла бы меньше.",
            from.map_or_else(String::new, |ask| format!(" (его задаёт {})", source(&ask)))
        ),
        Overhead::None => "К ней Spark ничего не добавляет: он считает память только тех подов, которые строит сам. Потокам, \
             буферам и данным классов место рядом с кучей всё равно нужно."
            .into(),
    }
}

fn off_heap(said: &OffHeap<'_>) -> String {
    match said {
        OffHeap::Counted(ask, mebibytes) => format!(
            "Память вне кучи включена: ещё {} — это {mebibytes}Mi.",
            amount(ask)
        ),
        OffHeap::IsOff(ask) => format!(
            "Память вне кучи, размер которой задаёт {}, не добавляется: `spark.memory.offHeap.enabled` не включён.",
            source(ask)
        ),
        OffHeap::OfDriver => "Память вне кучи Spark учитывает только у исполнителей: сколько её возьмёт драйвер, столько уйдёт \
             из накладных расходов."
            .into(),
    }
}

fn python(said: &Python<'_>) -> String {
    match said {
        Python::Counted(ask, mebibytes) => format!(
            "Процессам Python отведено {} — это {mebibytes}Mi, и больше им не дадут.",
            amount(ask)
        ),
        Python::InClientMode(ask) => format!(
            "То, что задаёт {}, не учтено: в клиентском режиме исполнители не знают, что приложение на Python. Занять столько \
             процессы Python всё равно могут, поэтому прибавьте это к `spark.executor.memoryOverhead`.",
            source(ask)
        ),
        Python::OfOthers(ask) => format!(
            "То, что задаёт {}, не учтено: приложение не на Python.",
            source(ask)
        ),
        Python::Unbounded => "Процессы Python ничем не ограничены (`spark.executor.pyspark.memory` не задан): они живут за счёт \
             тех же накладных расходов."
            .into(),
    }
}

fn offers(said: &Offers) -> String {
    let why = match said.is_set {
        true => "так велит `SPARK_WORKER_MEMORY`",
        false => "весь лимит без 1Gi, раз `SPARK_WORKER_MEMORY` не задан",
    };
    let then = match said.is_too_much {
        true => {
            ". Вместе с его собственной кучей это больше лимита: уменьшите `SPARK_WORKER_MEMORY`"
        }
        false => "",
    };
    format!(
        "Исполнителям он раздаёт {}Mi ({why}); работают они в этом же контейнере, и на то, что живёт рядом с их кучами, не \
         остаётся ничего{then}.",
        said.mebibytes
    )
}

fn ends(role: &str, limit: Option<&str>) -> String {
    let Some(limit) = limit else {
        return "Когда заполнится куча, будет `java.lang.OutOfMemoryError`; то, что рядом с ней, ограничивает только узел."
            .into();
    };
    let seen = match role {
        "executor" => "для Spark это потерянный исполнитель, код выхода 137",
        "driver" => "приложение закончится с кодом выхода 137",
        _ => "он закончится с кодом выхода 137",
    };
    format!(
        "Когда заполнится куча, будет `java.lang.OutOfMemoryError`, и журнал это покажет; когда всё вместе дорастёт до {limit}, \
         процесс убьют, и в журнале не останется ни слова: {seen}."
    )
}

fn place(said: &Place<'_>) -> String {
    match said {
        Place::Asks {
            container,
            memory,
            cpu,
        } => asks(container, *memory, *cpu),
        Place::MovedLimit => {
            "Запрос и лимит памяти Spark написал одинаковыми; `memoryLimit` оператора сдвинул только лимит.".into()
        }
        Place::Refused => {
            "Такой под API-сервер не примет: запрос больше лимита. Поднимите `memoryLimit` или уберите его.".into()
        }
        Place::Class { quality, beyond } => class(*quality, *beyond).into(),
        Place::Node {
            mebibytes,
            others,
            role,
            count,
        } => node(*mebibytes, *others, role, *count),
        Place::AtLimit { role, limit } => {
            let then = match *role {
                "executor" => "; Spark после этого запросит нового исполнителя",
                "driver" => "; вместе с ним закончатся и исполнители",
                _ => "",
            };
            format!("На отметке {limit} ядро убивает контейнер (`OOMKilled`, код выхода 137){then}.")
        }
        Place::Change { sized } => change(*sized),
    }
}

fn class(quality: Quality, beyond: bool) -> &'static str {
    match (quality, beyond) {
        (Quality::Guaranteed, _) => {
            "Класс пода — Guaranteed: у каждого контейнера запросы равны лимитам, и выселять начнут не с него."
        }
        (Quality::Burstable, true) => {
            "Класс пода — Burstable: то, что он займёт сверх запроса, ему никто не обещал, и когда на узле кончится память, \
             kubelet начнёт с таких подов."
        }
        (Quality::Burstable, false) => {
            "Класс пода — Burstable, а не Guaranteed: не у каждого контейнера запросы CPU и памяти равны лимитам. Память при \
             этом обещана вся, поэтому выселять начнут не с него."
        }
        (Quality::BestEffort, _) => {
            "Класс пода — BestEffort: планировщик ничего для него на узле не резервирует, и выселят его первым."
        }
    }
}

fn node(mebibytes: i128, others: usize, role: &str, count: Count) -> String {
    let others = match others {
        0 => "",
        _ => " и остальных его контейнеров",
    };
    let all = |count: u64| mebibytes * i128::from(count);
    let Count { least, most, .. } = count;
    let by = match role {
        "worker" => "При автоматическом масштабировании",
        _ => "При динамическом выделении",
    };
    let together = match most {
        Some(1) if least == 1 => String::new(),
        Some(most) if most == least => {
            format!(
                " Таких подов {most}, и у кластера они просят {}Mi.",
                all(most)
            )
        }
        Some(most) => format!(
            " {by} их от {least} до {most}, то есть от {}Mi до {}Mi.",
            all(least),
            all(most)
        ),
        None => format!(
            " При динамическом выделении их не меньше {least}, а верхней границы нет (`spark.dynamicAllocation.maxExecutors`)."
        ),
    };
    format!("На узле для него{others} резервируется {mebibytes}Mi.{together}")
}

fn change(sized: Option<&str>) -> String {
    match sized {
        Some(role) => format!(
            "Другие цифры получаются только из настроек Spark (`spark.{role}.memory`, `spark.{role}.memoryOverhead`): память в \
             `resources` шаблона он переписывает."
        ),
        None => {
            "Другие цифры пишутся в `resources` его шаблона: настройки Spark их не задают.".into()
        }
    }
}

fn asks(container: &str, memory: [Option<&str>; 2], cpu: [Option<&str>; 2]) -> String {
    let asked = match (memory[0], cpu[0]) {
        (Some(memory), Some(cpu)) => format!("запрашивает {memory} памяти и {cpu} CPU"),
        (Some(memory), None) => format!("запрашивает {memory} памяти, а CPU не запрашивает"),
        (None, Some(cpu)) => format!("запрашивает {cpu} CPU, а памяти не запрашивает"),
        (None, None) => "ничего не запрашивает".into(),
    };
    let limited = match (memory[1], cpu[1]) {
        (Some(memory), Some(cpu)) => format!("лимит памяти — {memory}, лимит CPU — {cpu}"),
        (Some(memory), None) => format!("лимит памяти — {memory}, лимита CPU нет"),
        (None, Some(cpu)) => format!("лимит CPU — {cpu}, лимита памяти нет"),
        (None, None) => "лимитов нет".into(),
    };
    format!("Контейнер `{container}` {asked}; {limited}.")
}

/// What was asked for, and where.
fn amount(ask: &Ask<'_>) -> String {
    let Some(origin) = ask.origin else {
        return format!("столько, сколько задаёт `{}`", ask.key);
    };
    let (text, key) = (origin.text.trim(), ask.key);
    match ask.typed() {
        Some(field) => format!("`{text}` (`{field}`, для Spark это `{key}`)"),
        None => format!("`{text}` ({})", source(ask)),
    }
}

fn source(ask: &Ask<'_>) -> String {
    let key = ask.key;
    match (ask.typed(), ask.mapping()) {
        (Some(field), _) => format!("`{field}` (для Spark это `{key}`)"),
        (None, Some(mapping)) => format!("`{key}` из `{mapping}`"),
        (None, None) => format!("`{key}`"),
    }
}
