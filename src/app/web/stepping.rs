//! A block in which several clients speak, one step at a time: who acts next is seen before it acts, and between two
//! steps the console is free.

use leptos::task::spawn_local;
use lesson::Action;
use messages::{BlockRun, LogEntry, Ran, Request, Response};

use super::page::Page;
use super::world::{BlockState, unexpected};
use crate::export;

impl Page {
    /// Runs the next of these actions: the first one begins the block as a whole run would.
    pub fn step_block(self, block: u32, actions: Vec<Action>) {
        let run = match self.block_state(block) {
            // The answer to the step before is on its way.
            BlockState::Stepping { busy: true, .. } | BlockState::Running => return,
            BlockState::Stepping { run, .. } => run,
            _ => BlockRun {
                block,
                ..BlockRun::default()
            },
        };
        let Some(action) = actions.get(run.steps.len()).cloned() else {
            return;
        };
        let first = run.steps.is_empty();
        self.set_block(block, BlockState::Stepping { run, busy: true });
        spawn_local(async move {
            let ran = match first {
                true => self.begin_block(block, action.to_string()).await,
                false => self.step(&action).await.map(|ran| vec![ran]),
            };
            let ran = match ran {
                Ok(ran) => ran,
                Err(problem) => return self.set_block(block, BlockState::Failed(problem)),
            };
            ran.iter().for_each(|step| self.world.show_ran(step));
            // What came unasked meanwhile stands in it already.
            let BlockState::Stepping { mut run, .. } = self.block_state(block) else {
                return;
            };
            run.steps.extend(ran);
            self.set_block(
                block,
                match run.steps.len() < actions.len() {
                    true => BlockState::Stepping { run, busy: false },
                    false => BlockState::Ran(run),
                },
            );
        });
    }

    async fn begin_block(self, block: u32, text: String) -> Result<Vec<Ran>, String> {
        let text = Some(text);
        let request = Request::RunBlock {
            block,
            text: text.clone(),
        };
        let run = match self.ask(request).await {
            Ok(Response::Block(run)) => run,
            other => return Err(unexpected(other)),
        };
        self.mark_replayed(&run);
        match run.problem {
            Some((_, problem)) => Err(problem),
            None => {
                self.keep(LogEntry::Block { block, text });
                Ok(run.steps)
            }
        }
    }

    async fn step(self, action: &Action) -> Result<Ran, String> {
        match action {
            Action::Run { client, text } => {
                let (client, line) = (client.clone().unwrap_or_default(), text.clone());
                let request = Request::Run {
                    client: client.clone(),
                    line: line.clone(),
                };
                match self.ask(request).await {
                    Ok(Response::Ran(ran)) => {
                        self.keep(LogEntry::Line { client, line });
                        Ok(ran)
                    }
                    other => Err(unexpected(other)),
                }
            }
            Action::Wait(time) => {
                let millis = time.as_millis() as u64;
                match self.ask(Request::Advance { millis }).await {
                    Ok(Response::Advanced) => {
                        self.keep(LogEntry::Advance { millis });
                        let line = format!("+ {}", export::span(millis));
                        Ok(Ran {
                            line,
                            ..Ran::default()
                        })
                    }
                    other => Err(unexpected(other)),
                }
            }
            other => Err(format!("“{other}” runs only with the whole block.")),
        }
    }
}
