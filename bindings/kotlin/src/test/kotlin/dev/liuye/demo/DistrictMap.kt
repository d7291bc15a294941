package dev.liuye.demo

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.double
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.awt.BasicStroke
import java.awt.Color
import java.awt.Font
import java.awt.Graphics2D
import java.awt.RenderingHints
import java.awt.geom.Ellipse2D
import java.awt.geom.Path2D
import java.awt.image.BufferedImage
import java.io.File
import javax.imageio.ImageIO
import kotlin.math.cos

/** The district, the track that was walked, and its check-ins: flagged ones differ by shape and words too. */
internal fun drawMap(root: File, flags: List<String>, into: File) {
    val site = Json.parseToJsonElement(File(root, "fixtures/liuye-lake/site.json").readText()).jsonObject
    val track = Json.parseToJsonElement(File(root, "fixtures/tracks/liuye-lake-patrol.json").readText()).jsonObject
    val image = BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB)
    val canvas = image.createGraphics()
    canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON)
    canvas.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON)
    canvas.color = Color(0xF7F5EF)
    canvas.fillRect(0, 0, WIDTH, HEIGHT)
    zones(canvas, site)
    val points = track.getValue("points").jsonArray.map { it.jsonObject }
    canvas.color = Color(0x2B4C7E)
    canvas.stroke = BasicStroke(3f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
    canvas.draw(path(points.map { place(it) }))
    val visits = track.getValue("visits").jsonArray.map { points[it.jsonObject.getValue("point").jsonPrimitive.content.toInt()] }
    for ((index, point) in visits.withIndex()) mark(canvas, place(point), flags.getOrElse(index) { "-" })
    legend(canvas, visits.size, flags.count { it != "-" })
    canvas.dispose()
    ImageIO.write(image, "png", into)
}

private fun zones(canvas: Graphics2D, site: JsonObject) {
    for ((index, zone) in site.getValue("zones").jsonArray.map { it.jsonObject }.withIndex()) {
        val ring = ring(zone.getValue("area"))
        canvas.color = ZONES[index % ZONES.size]
        canvas.fill(path(ring))
        canvas.color = Color(0x6B6B6B)
        canvas.stroke = BasicStroke(1.5f)
        canvas.draw(path(ring))
        canvas.font = Font(FONT, Font.PLAIN, 22)
        val name = zone.getValue("name").jsonObject
        val (x, y) = ring.map { it.first }.average() to ring.map { it.second }.average()
        canvas.color = Color(0x333333)
        canvas.drawString(name.getValue("zh").jsonPrimitive.content, x.toFloat() - 40, y.toFloat())
        canvas.font = Font(FONT, Font.PLAIN, 15)
        canvas.drawString(name.getValue("en").jsonPrimitive.content, x.toFloat() - 40, y.toFloat() + 20)
    }
}

/** The outer ring, whether the polygon stands as GeoJSON or as bare rings. */
private fun ring(area: kotlinx.serialization.json.JsonElement): List<Pair<Double, Double>> {
    val rings = if (area is JsonObject) area.getValue("coordinates").jsonArray else area.jsonArray
    return rings.first().jsonArray.map { position ->
        val numbers = (position as JsonArray).map { it.jsonPrimitive.double }
        place(numbers[1], numbers[0])
    }
}

private fun mark(canvas: Graphics2D, at: Pair<Double, Double>, flag: String) {
    val (x, y) = at
    canvas.stroke = BasicStroke(2f)
    if (flag == "-") {
        canvas.color = Color(0x1B7F4B)
        canvas.fill(Ellipse2D.Double(x - 7, y - 7, 14.0, 14.0))
        canvas.color = Color.WHITE
        canvas.draw(Ellipse2D.Double(x - 7, y - 7, 14.0, 14.0))
        return
    }
    canvas.color = Color(0xB42318)
    canvas.fill(path(listOf(x to y - 14, x + 13 to y + 10, x - 13 to y + 10)))
    canvas.font = Font(FONT, Font.BOLD, 20)
    canvas.drawString("过快 · $flag", x.toFloat() + 18, y.toFloat() + 6)
}

private fun legend(canvas: Graphics2D, visits: Int, flagged: Int) {
    canvas.color = Color(0x222222)
    canvas.font = Font(FONT, Font.BOLD, 30)
    canvas.drawString("柳叶湖巡逻 · A patrol at Liuye Lake", 40f, 56f)
    canvas.font = Font(FONT, Font.PLAIN, 20)
    canvas.drawString("● $visits 次签到 check-ins   ▲ $flagged 次存疑 flagged   — 真实轨迹（平移）a real track, moved; the site is illustrative", 40f, 90f)
}

private fun path(points: List<Pair<Double, Double>>): Path2D =
    Path2D.Double().apply {
        points.forEachIndexed { index, (x, y) -> if (index == 0) moveTo(x, y) else lineTo(x, y) }
        if (points.size < 30) closePath()
    }

private fun place(point: JsonObject) = place(point.getValue("lat").jsonPrimitive.double, point.getValue("lon").jsonPrimitive.double)

private fun place(lat: Double, lon: Double): Pair<Double, Double> {
    val scale = (WIDTH - 80) / (EAST - WEST)
    return 40 + (lon - WEST) * scale to HEIGHT - 40 - (lat - SOUTH) * scale / cos(Math.toRadians(SOUTH))
}

private const val WIDTH = 1400
private const val HEIGHT = 1300
private const val WEST = 111.67
private const val EAST = 111.76
private const val SOUTH = 29.03
private const val FONT = "WenQuanYi Micro Hei"
private val ZONES = listOf(Color(0xDCEBDD), Color(0xE6E1F2), Color(0xF6E7D3), Color(0xD9EAF2), Color(0xF3DEDE))
