import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Reads files as Spark reads spark-defaults.conf: each as its length and its bytes. For each it writes the number of
 * entries, -1 where Java refuses the file, and then keys and values, sorted by key, each as its length and its bytes.
 */
public class PropertiesOracle {
    public static void main(String[] arguments) throws Exception {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        for (int files = in.readInt(); files > 0; files--) {
            byte[] file = in.readNBytes(in.readInt());
            Properties properties = new Properties();
            try {
                properties.load(new InputStreamReader(new ByteArrayInputStream(file), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException malformed) {
                out.writeInt(-1);
                continue;
            }
            TreeMap<String, String> sorted = new TreeMap<>();
            for (String key : properties.stringPropertyNames()) {
                sorted.put(key, properties.getProperty(key));
            }
            out.writeInt(sorted.size());
            for (var entry : sorted.entrySet()) {
                write(out, entry.getKey());
                write(out, entry.getValue());
            }
        }
        out.flush();
    }

    /** As UTF-8, in which half a surrogate pair is U+FFFD. */
    static void write(DataOutputStream out, String text) throws Exception {
        StringBuilder whole = new StringBuilder();
        text.codePoints().forEach(c -> whole.appendCodePoint(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c));
        byte[] bytes = whole.toString().getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
