plugins {
    id("com.android.application") version "9.0.0"
}

android {
    namespace = "dev.liuye.demo"
    compileSdk = 36

    defaultConfig {
        applicationId = "dev.liuye.demo"
        minSdk = 26
        targetSdk = 34
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    // The Kotlin package as sources: what `cargo xtask bindings` generated, and the layer over it.
    // src/main/jniLibs/<abi>/ takes libliuye_ffi.so.
    sourceSets["main"].kotlin.srcDirs(
        "src/main/kotlin",
        "../bindings/kotlin/src/main/kotlin",
        "../bindings/kotlin/target/uniffi",
    )
}

dependencies {
    // With its own library for each ABI; on a JVM the plain jar does.
    implementation("net.java.dev.jna:jna:5.19.1@aar")
    implementation("com.squareup.okhttp3:okhttp:5.5.1")
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.11.0")
}
