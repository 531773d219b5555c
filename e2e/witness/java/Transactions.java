import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's own transactional producers, told line by line what to do: `ID begin`, `ID send PARTITION VALUE`, `ID commit`, `ID abort`. */
class Transactions {
    public static void main(String[] args) throws Exception {
        String bootstrap = args[0];
        String topic = args[1];
        Map<String, KafkaProducer<String, String>> producers = new HashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 4);
            KafkaProducer<String, String> producer = producers.computeIfAbsent(words[0], id -> create(bootstrap, id));
            switch (words[1]) {
                case "begin" -> producer.beginTransaction();
                case "send" -> producer.send(new ProducerRecord<>(topic, Integer.parseInt(words[2]), null, words[3])).get();
                case "commit" -> producer.commitTransaction();
                case "abort" -> producer.abortTransaction();
                default -> throw new IllegalArgumentException(line);
            }
            System.out.println("done");
        }
        for (KafkaProducer<String, String> producer : producers.values()) producer.close();
    }

    private static KafkaProducer<String, String> create(String bootstrap, String id) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("transactional.id", id);
        settings.put("linger.ms", "0");
        KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        producer.initTransactions();
        return producer;
    }
}
