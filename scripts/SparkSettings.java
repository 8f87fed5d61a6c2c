import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Asks the jars of a release of Spark for its settings, and makes the table of several answers (scripts/spark-settings).
 *
 * ask JAR...: on the class path of the jars; a line for each setting that the release registers: key, since, what its value
 * is, default; then those that it reads without.
 * merge FILE...: the table of the answers of three releases.
 * between VERSION VERSION FILE...: the answers of five releases; what the second and the fourth, of these versions, have
 * otherwise than the rules of the catalogue say from their neighbours.
 */
public class SparkSettings {
    /** Read, and registered nowhere: from the constants of the jars, looked through by hand. */
    static final String[] READ = """
            spark.app.id spark.app.name spark.connect.grpc.debug.enabled spark.driver.defaultJavaOptions spark.driver.libraryPath
            spark.executor.defaultJavaOptions spark.files.fetchTimeout spark.files.io.threads spark.files.overwrite
            spark.files.useFetchCache spark.home spark.kubernetes.executor.hadoopConfigMapName
            spark.kubernetes.kerberos.dt-secret-key spark.kubernetes.kerberos.dt-secret-name
            spark.kubernetes.setSubmitTimeInDriver spark.local.dir spark.master spark.memory.debugFill
            spark.network.auth.rpcTimeout spark.network.crypto.authEngineVersion spark.network.crypto.cipher
            spark.network.io.preferDirectBufs spark.network.sasl.maxEncryptedBlockSize spark.network.sasl.serverAlwaysEncrypt
            spark.network.sharedByteBufAllocators.enabled spark.network.ssl.maxEncryptedBlockSize spark.plugins.defaultList
            spark.r.driver.command spark.r.shell.command spark.rdd.scope spark.remote spark.scheduler.pool
            spark.shuffle.maxChunksBeingTransferred spark.shuffle.push.server.ioExceptionsThresholdDuringMerge
            spark.shuffle.push.server.mergedIndexCacheSize spark.shuffle.push.server.mergedShuffleCleaner.shutdown.timeout
            spark.shuffle.push.server.mergedShuffleFileManagerImpl spark.shuffle.push.server.minChunkSizeInMergedShuffleFile
            spark.shuffle.sasl.enableRetries spark.shuffle.server.chunkFetchHandlerThreadsPercent
            spark.shuffle.server.finalizeShuffleMergeThreadsPercent spark.shuffle.service.index.cache.size spark.sql.execution.id
            spark.submit.appName spark.ui.proxyBase""".split("\\s+");

    /** Defaults that are of the machine that is asked, and the address of a mirror, which nobody needs. */
    static final Map<String, String> FIXED = Map.of(
            "spark.sql.warehouse.dir", "file:${PWD}/spark-warehouse",
            "spark.testing.memory", "1073741824",
            "spark.connect.session.connectML.mlCache.memoryControl.maxInMemorySize", "268435456b",
            "spark.sql.maven.additionalRemoteRepositories", "<a mirror of Maven Central>");

    public static void main(String[] arguments) throws Exception {
        List<String> files = Arrays.asList(arguments).subList(1, arguments.length);
        switch (arguments[0]) {
            case "ask" -> ask(files);
            case "merge" -> merge(files);
            default -> between(files.subList(0, 2), files.subList(2, files.size()));
        }
    }

    static void ask(List<String> jars) throws Exception {
        TreeSet<String> constants = new TreeSet<>();
        for (String jar : jars) {
            for (String name : classes(jar, constants)) {
                try {
                    Class.forName(name);
                } catch (Throwable without) {
                    System.err.println(name + ": " + without);
                }
            }
        }
        Class<?> type = Class.forName("org.apache.spark.internal.config.ConfigEntry$");
        Object entries = type.getField("MODULE$").get(null);
        Map<?, ?> known = null;
        for (var field : type.getDeclaredFields()) {
            field.setAccessible(true);
            known = field.get(entries) instanceof Map<?, ?> map ? map : known;
        }
        for (var entry : new TreeMap<>(known).entrySet()) {
            Object setting = entry.getValue();
            String fallback = String.valueOf(call(setting, "defaultValueString")).replace("\n", "\\n");
            System.out.println(String.join("\t", "" + entry.getKey(), "" + call(setting, "version"), kind(setting), fallback));
        }
        for (String key : read()) {
            boolean family = key.startsWith("spark.kubernetes.authenticate.");
            if (!known.containsKey(key) && (family || constants.contains(key))) {
                System.out.println(key + "\t\ttext\t?");
            }
        }
    }

    static List<String> read() {
        List<String> read = new ArrayList<>(Arrays.asList(READ));
        for (String of : new String[] {"", ".driver", ".driver.mounted", ".executor", ".submission"}) {
            for (String what : new String[] {"caCertFile", "clientKeyFile", "clientCertFile", "oauthToken", "oauthTokenFile"}) {
                read.add("spark.kubernetes.authenticate" + of + "." + what);
            }
        }
        return read;
    }

    /** The classes of a jar that register settings; adds the constants of all. */
    static List<String> classes(String jar, TreeSet<String> constants) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar)) {
            for (var entry : zip.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
                String name = entry.getName().replace(".class", "");
                constants(new DataInputStream(zip.getInputStream(entry)), constants);
                if (name.matches("org/apache/spark/(internal/config|deploy/k8s)/[A-Za-z]*\\$?")
                        || name.matches(".*/(SQLConf|StaticSQLConf|Connect|HiveUtils|StreamingConf|Config|package|config)\\$")) {
                    names.add(name.replace('/', '.'));
                }
            }
        }
        return names;
    }

    static void constants(DataInputStream in, TreeSet<String> constants) throws IOException {
        in.readLong();
        int count = in.readUnsignedShort();
        for (int at = 1; at < count; at++) {
            switch (in.readUnsignedByte()) {
                case 1 -> constants.add(in.readUTF());
                case 5, 6 -> {
                    in.readLong();
                    at++;
                }
                case 7, 8, 16, 19, 20 -> in.readUnsignedShort();
                case 15 -> in.skipNBytes(3);
                default -> in.readInt();
            }
        }
        in.close();
    }

    /** What a value is, by what its converter makes of texts. */
    static String kind(Object setting) {
        Object converter = call(setting, "valueConverter");
        converter = converter == null ? call(setting, "rawValueConverter") : converter;
        for (long bytes = 1L << 21, tried = 0; tried < 7; bytes <<= 3, tried++) {
            for (long size : new long[] {bytes, 1L << (2 + 4 * tried)}) {
                if (converted(converter, size + "b") instanceof Long value && value > 0) {
                    return size / value == 1 ? "B" : size / value == 1024 ? "KiB" : "MiB";
                }
            }
        }
        String[] times = {"1d", "86400000000", "1h", "3600000000", "10min", "600000000", "1s", "1000000", "100ms", "100000"};
        for (int at = 0; at < times.length; at += 2) {
            if (converted(converter, times[at]) instanceof Long value && value > 0) {
                double ratio = Double.parseDouble(times[at + 1]) / value;
                return ratio == 1e3 ? "ms" : ratio == 1e6 ? "s" : ratio == 6e7 ? "min" : ratio == 1e-3 ? "ns" : "us";
            }
        }
        for (String text : "2048 1 0 true 0.5 2 10 100 -1 1000000 0.1 30 1024 65536 128".split(" ")) {
            Object value = converted(converter, text);
            if (value != null) {
                String type = value.getClass().getSimpleName();
                return switch (type) {
                    case "Integer", "Long" -> "int";
                    case "Double", "BigDecimal" -> "num";
                    case "Boolean" -> "bool";
                    default -> "text";
                };
            }
        }
        return "text";
    }

    static Object converted(Object converter, String text) {
        try {
            Method apply = converter.getClass().getMethod("apply", Object.class);
            apply.setAccessible(true);
            Object value = apply.invoke(converter, text);
            return value.getClass().getName().equals("scala.Some") ? call(value, "get") : value;
        } catch (ReflectiveOperationException | RuntimeException refused) {
            return null;
        }
    }

    static Object call(Object object, String name) {
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                try {
                    if (method.getName().endsWith(name) && method.getParameterCount() == 0) {
                        method.setAccessible(true);
                        return method.invoke(object);
                    }
                } catch (ReflectiveOperationException | RuntimeException without) {
                    continue;
                }
            }
        }
        return null;
    }

    static void merge(List<String> files) throws IOException {
        List<Map<String, String[]>> answers = answers(files);
        TreeSet<String> keys = new TreeSet<>();
        answers.forEach(rows -> keys.addAll(rows.keySet()));
        String[] above = {};
        for (String key : keys) {
            List<String[]> rows = answers.stream().map(answer -> answer.get(key)).toList();
            List<String[]> there = rows.stream().filter(row -> row != null).toList();
            String[] nearest = there.get(0);
            List<String> kinds = new ArrayList<>();
            for (String[] row : rows) {
                nearest = row == null ? nearest : row;
                kinds.add(nearest[2]);
            }
            String since = there.get(there.size() - 1)[1];
            List<String> defaults = rows.stream().map(row -> said(key, row)).toList();
            String[] parts = key.split("\\.");
            int shared = 0;
            while (shared < Math.min(parts.length - 1, Math.min(above.length, 9)) && parts[shared].equals(above[shared])) {
                shared++;
            }
            String rest = Arrays.stream(parts).skip(shared).collect(Collectors.joining("."));
            System.out.println(String.join("\t", shared + rest, since, once(kinds, ","), once(defaults, "\t")));
            above = parts;
        }
    }

    static List<Map<String, String[]>> answers(List<String> files) throws IOException {
        List<Map<String, String[]>> answers = new ArrayList<>();
        for (String file : files) {
            Map<String, String[]> rows = new TreeMap<>();
            Files.lines(Path.of(file)).map(line -> line.split("\t", -1)).forEach(row -> rows.put(row[0], row));
            answers.add(rows);
        }
        return answers;
    }

    /** Catalogue::standing says it for a version between two releases. */
    static void between(List<String> versions, List<String> files) throws IOException {
        List<Map<String, String[]>> answers = answers(files);
        TreeSet<String> keys = new TreeSet<>();
        List.of(0, 2, 4).forEach(release -> keys.addAll(answers.get(release).keySet()));
        for (String key : keys) {
            List<String[]> rows = answers.stream().map(answer -> answer.get(key)).toList();
            String since = Stream.of(4, 2, 0).map(rows::get).filter(row -> row != null).findFirst().get()[1];
            for (int at : new int[] {1, 3}) {
                String version = versions.get(at / 2);
                boolean isNewer = !since.isEmpty() && order(since) > order(version);
                String before = said(key, rows.get(at - 1));
                boolean isSince = !since.isEmpty() && !isNewer;
                String expected = !before.equals("-") ? (isNewer ? "-" : before) : isSince ? said(key, rows.get(at + 1)) : "-";
                String own = said(key, rows.get(at));
                if (!own.equals(expected) && !expected.equals("?")) {
                    String line = version.substring(0, version.lastIndexOf('.'));
                    System.out.println(String.join("\t", key, line, own));
                }
            }
        }
    }

    /** A version as a number that grows with it. */
    static int order(String version) {
        int order = 0;
        for (String part : (version + ".0").split("\\.")) {
            order = order * 100 + Integer.parseInt(part);
        }
        return version.split("\\.").length == 3 ? order / 100 : order;
    }

    /** The default of a row, or that there is none. */
    static String said(String key, String[] row) {
        return row == null ? "-" : written(key, row[3]);
    }

    static String written(String key, String fallback) {
        String text = FIXED.getOrDefault(key, fallback);
        return text.equals("<undefined>") ? "_" : text.replaceAll("^<value of (.*)>$", "=$1");
    }

    static String once(List<String> words, String between) {
        return words.stream().distinct().count() == 1 ? words.get(0) : String.join(between, words);
    }
}
