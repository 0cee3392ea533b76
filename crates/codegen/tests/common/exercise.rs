//! Takes the network on standard input through initialisation, a training pass and back, inference and observation.

mod model;

use nn::{Backward, Batch, Build, Model, NoneTape, OwnedTape, Pass};
use plan::stream::{Purpose, Stream};

const COUNT: usize = 3;

fn main() {
    let network: plan::Network = serde_json::from_reader(std::io::stdin()).expect("a network");
    let mut model = model::Model::new(&Build::new(&network, 7)).expect("the model of this network");
    let mut stream = Stream::new(7, Purpose::Generate, &[]);
    let pixels: Vec<f32> = (0..COUNT * network.input.size()).map(|_| stream.unit()).collect();
    let batch = || Batch { pixels: pixels.clone(), count: COUNT };

    // Observation takes the layers one by one; inference fuses some. They must agree in every bit.
    let mut observed = Vec::new();
    model.observe(batch(), &mut |layer, shape, values| {
        let layer = network.layer(layer).expect("a layer of the network");
        assert_eq!(shape.iter().product::<usize>(), layer.output.size(), "{}", layer.name);
        observed.push((layer.name.clone(), values.to_vec()));
    });
    let logits = model.forward(batch(), NoneTape, &Pass::Inference);
    assert!(observed.iter().map(|(name, _)| name).eq(network.layers.iter().map(|layer| &layer.name)));
    let last = &observed.last().expect("layers").1;
    assert!(nn::slice(&logits).iter().map(|v| v.to_bits()).eq(last.iter().map(|v| v.to_bits())));

    // Every weight gets a gradient.
    let units = network.output().size();
    let loss = if units == 1 { plan::Loss::BinaryCrossentropy } else { plan::Loss::CategoricalCrossentropy };
    let pass = Pass::Training { seed: 7, epoch: 1, positions: &[4, 5, 6] };
    let tape: OwnedTape<f32, nn::Cpu> = OwnedTape::default();
    let mut gradients = nn::loss::MeanLoss::new(loss).forward(model.forward(batch(), tape, &pass), &[0_u32, 1, 1]).1.backward();
    let (mut layers, mut weights) = (0, 0);
    for ((name, layer), plan) in model.layers().into_iter().zip(&network.layers) {
        assert_eq!(name, plan.name);
        layers += 1;
        let parameters = layer.parameters();
        assert_eq!(parameters.len(), plan.parameters().len());
        for ((name, parameter), plan) in parameters.into_iter().zip(plan.parameters()) {
            assert_eq!((name, parameter.shape()), (plan.name, plan.shape));
            weights += parameter.values().len();
            let gradient = parameter.gradient(&mut gradients).expect("memory").to_vec();
            assert!(gradient.iter().all(|value| value.is_finite()));
            assert!(gradient.iter().any(|value| *value != 0.0), "{name}");
        }
    }
    println!("{layers} layers, {weights} weights");
}
