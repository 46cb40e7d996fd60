use super::*;

const DIMENSION: usize = 6;

fn vector(random: &mut Random) -> Vec<f32> {
    (0..DIMENSION)
        .map(|_| random.below(2001) as f32 / 100.0 - 10.0)
        .collect()
}

/// Links lead both ways, never too many and never twice; the worst is known; the entry is in the highest layer.
fn check(graph: &Graph, names: &[Vec<u8>], seed: u64) {
    assert_eq!(graph.len(), names.len(), "seed {seed}");
    let listed: Vec<&[u8]> = graph.places().map(|at| &graph.node(at).name[..]).collect();
    let newest_first: Vec<&[u8]> = names.iter().rev().map(Vec::as_slice).collect();
    assert_eq!(listed, newest_first, "seed {seed}");
    for at in graph.places() {
        assert!(graph.has_backlinks(at), "seed {seed}");
        for (layer, own) in graph.node(at).layers.iter().enumerate() {
            assert!(own.links.len() <= own.links_max, "seed {seed}");
            let mut links = own.links.clone();
            links.sort_unstable();
            links.dedup();
            assert_eq!(links.len(), own.links.len(), "seed {seed}");
            assert!(!links.contains(&at), "seed {seed}");
            let lengths = own.links.iter().map(|link| graph.distance(at, *link));
            let longest = lengths.fold(0.0, f32::max);
            assert_eq!(own.worst_distance, longest, "seed {seed}, layer {layer}");
        }
    }
    let entry = graph.entry.map(|entry| graph.node(entry).layers.len() - 1);
    assert_eq!(entry.unwrap_or(0), graph.level, "seed {seed}");
    assert_eq!(entry.is_none(), graph.is_empty(), "seed {seed}");
}

#[test]
fn random_operations_keep_the_graph_whole() {
    for seed in 0..6 {
        let mut random = Random::new(seed);
        let quantization = [Quantization::None, Quantization::Int8, Quantization::Binary];
        let quantization = quantization[seed as usize % 3];
        let mut graph = Graph::new(DIMENSION, quantization, 4 + seed as usize % 5);
        let mut names: Vec<Vec<u8>> = Vec::new();
        for step in 0..400u32 {
            let remove = names.len() > 1 && random.chance(if step < 200 { 1 } else { 3 }, 5);
            if remove {
                let gone = names.remove(random.below(names.len() as u64) as usize);
                let at = graph.places().find(|at| graph.node(*at).name == gone);
                assert_eq!(graph.remove(at.unwrap()).name, gone);
            } else {
                let name = step.to_be_bytes().to_vec();
                let values = vector(&mut random);
                let effort = 1 + random.below(60) as usize;
                graph.insert(name.clone(), None, &values, effort, &mut random);
                names.push(name);
            }
            if step % 10 == 0 {
                check(&graph, &names, seed);
            }
        }
        while !graph.is_empty() {
            let at = graph.places().nth(graph.len() / 2).unwrap();
            names.retain(|name| *name != graph.node(at).name);
            graph.remove(at);
            check(&graph, &names, seed);
        }
    }
}

/// Searching along links finds nearly all that looking at everything finds.
#[test]
fn searches_find_what_is_near() {
    let mut random = Random::new(3);
    let mut graph = Graph::new(DIMENSION, Quantization::None, LINKS_DEFAULT);
    for name in 0..1500u32 {
        let values = vector(&mut random);
        graph.insert(name.to_be_bytes().to_vec(), None, &values, 200, &mut random);
    }
    let (mut found, mut wanted) = (0, 0);
    for _ in 0..50 {
        let query = vector(&mut random);
        let truth = graph.search_all(&query, 10, None);
        let near = graph.search(&query, 50, None);
        assert!(near.is_sorted_by(|a, b| a.distance <= b.distance));
        wanted += truth.len();
        found += truth.iter().filter(|found| near.contains(found)).count();
    }
    assert_eq!(wanted, 500);
    assert!(found > 490, "{found} of {wanted}");
}

#[test]
fn filters_choose_results_and_not_the_way() {
    let mut random = Random::new(4);
    let mut graph = Graph::new(DIMENSION, Quantization::Int8, LINKS_DEFAULT);
    for name in 0..300u32 {
        let values = vector(&mut random);
        graph.insert(name.to_be_bytes().to_vec(), None, &values, 200, &mut random);
    }
    let accepts = |node: &Node| node.id.is_multiple_of(50);
    let query = vector(&mut random);
    let filter = |effort| {
        Some(Filter {
            accepts: &accepts,
            effort,
        })
    };
    assert_eq!(graph.search(&query, 300, filter(0)).len(), 6);
    assert_eq!(graph.search_all(&query, 300, filter(1)).len(), 6);
    assert!(graph.search(&query, 300, filter(2)).len() < 6);
}

#[test]
fn what_is_not_a_number_does_no_harm() {
    let mut random = Random::new(5);
    let odd = [
        f32::NAN,
        f32::INFINITY,
        f32::MAX,
        f32::MIN_POSITIVE,
        1e-45,
        -0.0,
    ];
    for quantization in [Quantization::None, Quantization::Int8, Quantization::Binary] {
        let mut graph = Graph::new(2, quantization, 4);
        for name in 0..100u32 {
            let values = [0, 1].map(|_| odd[random.below(6) as usize]);
            graph.insert(name.to_be_bytes().to_vec(), None, &values, 20, &mut random);
            graph.search(&values, 5, None);
        }
        while let Some(at) = graph.random_node(&mut random) {
            graph.remove(at);
        }
        assert!(graph.is_empty());
    }
}

/// Of equally far nodes the later comes first, or last if the queue is full, which takes only what is nearer.
#[test]
fn queues_keep_the_nearest() {
    let mut queue = Queue::new(3);
    for (node, distance) in [(1, 0.5), (2, 0.5), (3, 0.1), (4, 0.5), (5, 0.2), (6, 0.1)] {
        queue.push(node, distance);
    }
    let nodes: Vec<u32> = queue.iter().map(|found| found.node).collect();
    assert_eq!(nodes, [3, 6, 5]);
    let mut none = Queue::new(0);
    none.push(1, 0.5);
    assert_eq!(none.len(), 0);
}
