import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Apache's client as a contestant: what contest.mjs is for the JavaScript clients. */
public final class Contest {
  private static final com.sun.management.OperatingSystemMXBean SYSTEM =
      (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final String scenario;
  private final String brokers;
  private final int partitions;
  private final int size;
  private final String compression;
  private long records;
  private long bytes;
  private double p50Us;

  private Contest(JsonNode task) {
    List<String> addresses = new ArrayList<>();
    task.get("brokers").forEach(address -> addresses.add(address.asText()));
    brokers = String.join(",", addresses);
    scenario = task.get("scenario").asText();
    partitions = task.get("partitions").asInt();
    size = task.get("size").asInt();
    compression = task.get("compression").asText();
  }

  public static void main(String[] args) throws Exception {
    JsonNode task = new ObjectMapper().readTree(args[0]);
    Contest contest = new Contest(task);
    String warmTopic = task.get("warmTopic").asText();
    int warmCount = task.get("warmCount").asInt();
    switch (contest.scenario) {
      case "produce", "send", "sequential" -> {
        try (KafkaProducer<byte[], byte[]> producer = contest.producer()) {
          contest.write(producer, warmTopic, warmCount);
          contest.measured(() -> contest.write(producer, task.get("topic").asText(), task.get("count").asInt()));
        }
      }
      default -> {
        contest.consume(warmTopic, warmCount);
        contest.measured(() -> contest.consume(task.get("topic").asText(), task.get("count").asInt()));
      }
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private void measured(Work work) throws Exception {
    long cpu = SYSTEM.getProcessCpuTime();
    long from = System.nanoTime();
    work.run();
    double ms = (System.nanoTime() - from) / 1e6;
    double cpuUs = (SYSTEM.getProcessCpuTime() - cpu) / 1e3;
    double memory = peakMemoryMb();
    Map<String, Object> figures = new HashMap<>(Map.of("records", records, "bytes", bytes, "ms", ms, "cpuUs", cpuUs));
    figures.put("rssMb", memory);
    figures.put("p50Us", p50Us);
    System.out.println(new ObjectMapper().writeValueAsString(figures));
  }

  /** 0 where the system does not tell it. */
  private static double peakMemoryMb() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return 0;
    for (String line : Files.readAllLines(status)) if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
    return 0;
  }

  /** Batches of a megabyte, as the others have them: with its default of 16 kB it takes more. */
  private KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> settings = new HashMap<>(Map.of(
        "bootstrap.servers", brokers,
        "acks", "all",
        "compression.type", compression,
        "key.serializer", ByteArraySerializer.class,
        "value.serializer", ByteArraySerializer.class));
    settings.put("linger.ms", scenario.equals("sequential") ? 0 : scenario.equals("send") ? 5 : 10);
    settings.put("batch.size", Integer.getInteger("batch", 1_000_000));
    settings.put("max.request.size", 4_000_000);
    return new KafkaProducer<>(settings);
  }

  private void write(KafkaProducer<byte[], byte[]> producer, String topic, int count) throws Exception {
    byte[][] payload = values(size);
    if (scenario.equals("sequential")) {
      long[] took = new long[count];
      for (int i = 0; i < count; i++) {
        long from = System.nanoTime();
        producer.send(new ProducerRecord<>(topic, payload[i & 1023])).get();
        took[i] = System.nanoTime() - from;
      }
      Arrays.sort(took);
      p50Us = took[count / 2] / 1e3;
    } else {
      Exception[] failure = new Exception[1];
      Semaphore open = new Semaphore(10_000);
      boolean bounded = scenario.equals("send");
      Callback told = (metadata, error) -> {
        if (error != null) failure[0] = error;
        if (bounded) open.release();
      };
      for (int i = 0; i < count; i++) {
        if (bounded) open.acquire();
        producer.send(new ProducerRecord<>(topic, payload[i & 1023]), told);
      }
      producer.flush();
      if (failure[0] != null) throw failure[0];
    }
    records = count;
    bytes = (long) count * size;
  }

  private void consume(String topic, int count) {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", brokers,
        "auto.offset.reset", "earliest",
        "enable.auto.commit", false,
        "max.poll.records", 10_000,
        "key.deserializer", ByteArrayDeserializer.class,
        "value.deserializer", ByteArrayDeserializer.class);
    records = 0;
    bytes = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
      List<TopicPartition> all = new ArrayList<>();
      for (int p = 0; p < partitions; p++) all.add(new TopicPartition(topic, p));
      consumer.assign(all);
      while (records < count) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          records++;
          bytes += record.value().length;
        }
      }
    }
  }

  /** Two fifths random hex digits, the rest text that all values share. */
  private static byte[][] values(int size) {
    byte[][] all = new byte[1024][];
    Random random = new Random();
    byte[] digits = new byte[size / 5];
    for (int i = 0; i < all.length; i++) {
      random.nextBytes(digits);
      String value = HexFormat.of().formatHex(digits) + ",\"status\":\"created\"".repeat(size / 19 + 1);
      all[i] = value.substring(0, size).getBytes(StandardCharsets.US_ASCII);
    }
    return all;
  }
}
