//! The course as the site shows it: phases, their lessons, and the article of each written one.

use std::path::Path;

pub struct Course {
    pub phases: Vec<Phase>,
}

pub struct Phase {
    pub number: usize,
    pub title: String,
    pub summary: String,
    pub lessons: Vec<Lesson>,
}

pub struct Lesson {
    pub number: usize,
    pub slug: String,
    pub title: String,
    pub summary: String,
    /// `None` while the lesson is only announced.
    pub article: Option<Article>,
}

pub struct Article {
    pub minutes: u32,
    /// Id and text of the headings below the title.
    pub contents: Vec<(String, String)>,
    pub html: String,
    /// What the app needs to make the page live, as JSON.
    pub data: String,
}

impl Course {
    pub fn lessons(&self) -> impl Iterator<Item = &Lesson> {
        self.phases.iter().flat_map(|phase| &phase.lessons)
    }

    pub fn phase_of(&self, lesson: &Lesson) -> &Phase {
        let has = |phase: &&Phase| phase.lessons.iter().any(|other| other.slug == lesson.slug);
        self.phases
            .iter()
            .find(has)
            .expect("a lesson is in a phase")
    }

    /// Where a newcomer begins: the first lesson that is written.
    pub fn first_written(&self) -> &Lesson {
        let written = self.lessons().find(|lesson| lesson.article.is_some());
        written
            .or_else(|| self.lessons().next())
            .expect("a course has lessons")
    }
}

/// Reads `lessons/` below the project's folder.
pub fn read(_source: &Path) -> Course {
    let phases = PLACEHOLDER
        .iter()
        .zip(1..)
        .map(|((title, names), number)| Phase {
            number,
            title: (*title).to_owned(),
            summary: String::new(),
            lessons: names.split(" · ").map(announced).collect(),
        });
    let mut course = Course {
        phases: phases.collect(),
    };
    let lessons = course
        .phases
        .iter_mut()
        .flat_map(|phase| &mut phase.lessons);
    for (lesson, number) in lessons.zip(1..) {
        lesson.number = number;
    }
    course
}

fn announced(title: &str) -> Lesson {
    let words = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let summary = format!("{title}, with every snippet running in the page.");
    Lesson {
        number: 0,
        slug,
        title: title.to_owned(),
        summary,
        article: None,
    }
}

const PLACEHOLDER: &[(&str, &str)] = &[
    (
        "Redis Fundamentals",
        "Redis Home · What is Redis? · Why Redis is Fast · Redis Architecture · Installing Redis · Redis CLI · Redis Data Types Overview",
    ),
    (
        "Core Data Structures",
        "Strings · Lists · Sets · Sorted Sets · Hashes · Bitmaps · HyperLogLog · Geospatial Data",
    ),
    (
        "Advanced Redis",
        "Expiration & TTL · Transactions · Lua Scripting · Pub/Sub · Streams · Pipelines · Optimistic Locking · Distributed Locks",
    ),
    (
        "Persistence & HA",
        "RDB Snapshots · AOF Persistence · Replication · Sentinel · Redis Cluster · Sharding · Backup & Recovery",
    ),
    (
        "Spring Boot Integration",
        "Spring Data Redis · RedisTemplate · Caching with @Cacheable · Session Management · Rate Limiting · Distributed Cache Architecture",
    ),
    (
        "Production Engineering",
        "Performance Tuning · Memory Optimization · Monitoring Redis · Troubleshooting Redis · Redis System Design · Redis Interview Masterclass",
    ),
];
