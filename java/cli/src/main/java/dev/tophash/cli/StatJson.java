package dev.tophash.cli;

import dev.tophash.Codec;
import dev.tophash.Layout;
import dev.tophash.MapFileInfo;
import dev.tophash.MapStats;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.List;

/**
 * What a map file says of itself and how the map in it lies, for programs: an object on one line.
 * docs/guide.md names its fields; they keep their names and meanings, and others may join them.
 *
 * @param file its name as it was given
 * @param stats full ones
 */
record StatJson(String file, MapFileInfo info, MapStats stats) implements Content {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    @Override
    public void writeTo(OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            file(json);
            layout(json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
    }

    private void file(JsonGenerator json) {
        json.writeStringProperty("file", file);
        json.writeStringProperty("kind", info.isSet() ? "set" : "map");
        json.writeNumberProperty("shards", info.shards());
        part(json, "keys", info.keyName(), info.keySlot());
        if (info.isSet()) {
            json.writeNullProperty("values");
        } else {
            part(json, "values", info.valueName(), info.valueSlot());
        }
        json.writeNumberProperty("entries", info.entries());
        json.writeNumberProperty("bytes", info.bytes());
        json.writeStringProperty("saved", info.created().toString());
        json.writeStringProperty("savedBy", info.tool());
        json.writeNumberProperty("version", info.version());
        // Not as a number: many readers take those for doubles, which have 53 bits.
        json.writeStringProperty("identity", HexFormat.of().toHexDigits(info.identity()));
    }

    private static void part(JsonGenerator json, String name, String codec, Layout.Slot slot) {
        json.writeObjectPropertyStart(name);
        json.writeStringProperty("codec", codec);
        if (slot.size() == Codec.VARIABLE) {
            json.writeNullProperty("bytes");
        } else {
            json.writeNumberProperty("bytes", slot.size());
        }
        json.writeNumberProperty("alignment", slot.align());
        json.writeEndObject();
    }

    private void layout(JsonGenerator json) {
        json.writeObjectPropertyStart("layout");
        json.writeNumberProperty("buckets", stats.buckets());
        json.writeNumberProperty("load", stats.load());
        json.writeNumberProperty("overflowBuckets", stats.overflowBuckets());
        json.writeNumberProperty("longestChain", stats.longestChain());
        json.writeNumberProperty("growAt", stats.growAt());
        json.writeNumberProperty("headerBytes", stats.headerBytes());
        json.writeNumberProperty("bucketBytes", stats.bucketBytes());
        json.writeNumberProperty("overflowBytes", stats.overflowBytes());
        json.writeNumberProperty("heapBytes", stats.keyBytesLive());
        json.writeNumberProperty("heapBytesFree", stats.keyBytesDead());
        counts(json, "occupancy", stats.occupancy());
        counts(json, "chains", stats.chains());
        counts(json, "hitProbes", stats.hitProbes());
        counts(json, "missProbes", stats.missProbes());
        json.writeEndObject();
    }

    private static void counts(JsonGenerator json, String name, List<Long> counts) {
        json.writeName(name);
        long[] numbers = counts.stream().mapToLong(Long::longValue).toArray();
        json.writeArray(numbers, 0, numbers.length);
    }
}
